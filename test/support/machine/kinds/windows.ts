/** Windows computers. */
import type { Scene } from '../computer.ts';
import { smi, windows, type WindowsKind } from '../played-cards.ts';
import { device } from '../played-devices.ts';
import { all, type Kind, loadOnly, none } from './kind.ts';

const gibibyte = 1024 ** 3;
const vulkan = { system: 'windows', backend: 'vulkan' } as const;
const onProcessor = { system: 'windows', backend: 'cpu' } as const;

const geForce = {
  name: 'NVIDIA GeForce RTX 4090',
  vendorId: 0x10de,
  dedicatedBytes: 24_564 * 1024 ** 2,
};
const radeon = { name: 'AMD Radeon RX 6800 XT', vendorId: 0x1002, dedicatedBytes: 17e9 };
const uhd = {
  name: 'Intel(R) UHD Graphics 770',
  vendorId: 0x8086,
  dedicatedBytes: 128 * 1024 ** 2,
};
const ryzen = {
  name: 'AMD Radeon 780M Graphics',
  vendorId: 0x1002,
  dedicatedBytes: 512 * 1024 ** 2,
};
const arc = {
  name: 'Intel(R) Arc(TM) A770 Graphics',
  vendorId: 0x8086,
  dedicatedBytes: 16 * gibibyte,
};

const nvidia = [device(geForce.name, { gigabytes: 25.4 })];
const amd = [device(radeon.name, { gigabytes: 17.1 })];
const integrated = (name: string) => [device(name, { gigabytes: 17, isIntegrated: true })];

/** The performance counters do not work. */
function uncounted(scene: Scene, ...kinds: readonly WindowsKind[]): string[] {
  const lines = windows(scene, ...kinds);
  return [
    ...lines.slice(0, lines.indexOf('end\tadapters') + 1),
    'failed\tload\tInvalid class "Win32_PerfFormattedData_GPUPerformanceCounters_GPUEngine"',
  ];
}

export const windowsKinds: readonly Kind[] = [
  {
    ...vulkan,
    devices: nvidia,
    name: 'an NVIDIA card',
    told: all,
    print: (scene) => ({ windows: windows(scene, geForce), smi: smi(scene, { lists: 'loads' }) }),
  },
  {
    ...vulkan,
    devices: nvidia,
    name: 'an NVIDIA card, where nvidia-smi lists no process',
    told: all,
    print: (scene) => ({ windows: windows(scene, geForce), smi: smi(scene, { lists: 'nobody' }) }),
  },
  {
    ...vulkan,
    devices: nvidia,
    name: 'an NVIDIA card, without nvidia-smi',
    told: all,
    print: (scene) => ({ windows: windows(scene, geForce) }),
  },
  {
    ...vulkan,
    devices: amd,
    name: 'an AMD card',
    told: all,
    print: (scene) => ({ windows: windows(scene, radeon) }),
  },
  {
    ...vulkan,
    devices: [...amd, { ...device(radeon.name, { gigabytes: 17.1 }), id: 'Vulkan1' }],
    name: 'two equal AMD cards',
    told: all,
    print: (scene) => {
      const one = { ...radeon, cards: 2 };
      return { windows: windows(scene, one, one) };
    },
  },
  {
    ...vulkan,
    devices: [device(arc.name, { gigabytes: 17 })],
    name: 'Intel’s card (Arc)',
    told: all,
    print: (scene) => ({ windows: windows(scene, arc) }),
  },
  {
    ...vulkan,
    devices: integrated(uhd.name),
    name: 'Intel’s graphics',
    told: loadOnly,
    print: (scene) => ({ windows: windows(scene, uhd) }),
  },
  {
    ...vulkan,
    devices: integrated(uhd.name),
    gigabytes: 0.06,
    name: 'Intel’s graphics, and the demo model',
    told: loadOnly,
    print: (scene) => ({ windows: windows(scene, uhd) }),
  },
  {
    ...vulkan,
    devices: integrated(uhd.name),
    name: 'graphics that have no memory of their own',
    told: loadOnly,
    print: (scene) => ({ windows: windows(scene, { ...uhd, dedicatedBytes: 0 }) }),
  },
  {
    ...vulkan,
    devices: integrated(ryzen.name),
    name: 'AMD’s graphics with 512 MB carved out',
    told: loadOnly,
    print: (scene) => ({ windows: windows(scene, ryzen) }),
  },
  {
    ...vulkan,
    devices: integrated(ryzen.name),
    gigabytes: 0.06,
    name: 'AMD’s graphics with 512 MB carved out, and the demo model',
    told: loadOnly,
    print: (scene) => ({ windows: windows(scene, ryzen) }),
  },
  {
    ...vulkan,
    devices: [
      ...nvidia,
      { ...device(uhd.name, { gigabytes: 17, isIntegrated: true }), id: 'Vulkan1' },
    ],
    name: 'a laptop with an NVIDIA card and Intel’s graphics',
    told: all,
    print: (scene) => ({
      windows: windows(scene, geForce, { ...uhd, isBystander: true }),
      smi: smi(scene, { lists: 'loads' }),
    }),
  },
  {
    ...vulkan,
    devices: amd,
    tellsFree: true,
    name: 'an AMD card, where Windows counts no loads',
    told: none,
    print: (scene) => ({ windows: uncounted(scene, radeon) }),
  },
  {
    ...vulkan,
    devices: amd,
    name: 'an AMD card, used over a remote desktop',
    told: all,
    print: (scene) => ({
      windows: windows(scene, radeon, {
        name: 'Microsoft Remote Display Adapter',
        vendorId: 0x1414,
        dedicatedBytes: 0,
        isBystander: true,
      }),
    }),
  },
  {
    ...onProcessor,
    name: 'Intel’s graphics, without Vulkan',
    told: none,
    print: (scene) => ({ windows: windows(scene, { ...uhd, isBystander: true }) }),
  },
  {
    ...onProcessor,
    name: 'Qualcomm’s graphics (Snapdragon), for which llama.cpp has only builds for the processor',
    told: none,
    print: (scene) => ({
      windows: windows(scene, {
        name: 'Qualcomm(R) Adreno(TM) X1-85 GPU',
        vendorId: 0x4d4f4351,
        dedicatedBytes: 0,
        isBystander: true,
      }),
    }),
  },
  {
    ...onProcessor,
    name: 'a virtual machine',
    told: none,
    print: (scene) => ({
      windows: windows(scene, {
        name: 'VMware SVGA 3D',
        vendorId: 0x15ad,
        dedicatedBytes: 1e9,
        isBystander: true,
      }),
    }),
  },
  {
    ...onProcessor,
    name: 'no card',
    told: none,
    print: (scene) => ({ windows: windows(scene) }),
  },
];
