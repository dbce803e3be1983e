/**
 * Machines of many kinds, played through the readers of cards and the duty: an idle one serves without a break while its own
 * engine works at full load, a game pauses it, and so does another program's work on the card where that can be seen.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  accelerator,
  amd,
  intel,
  nvidiaDevice,
  silentDevice,
  smi,
  windows,
} from '../../test/support/machine/played-cards.ts';
import {
  type Computer,
  PlayedComputer,
  type Scene,
} from '../../test/support/machine/played-computer.ts';

const tenMinutesMs = 600_000;
const geForce = { name: 'RTX 4090', vendorId: 0x10de, dedicatedBytes: 24e9 };
const radeon = { name: 'RX 6800 XT', vendorId: 0x1002, dedicatedBytes: 17e9 };
const uhd = { name: 'UHD 770', vendorId: 0x8086, dedicatedBytes: 128 * 1024 ** 2 };
const uuid = 'GPU-00000000-1111-2222-3333-444444444444';
const six = [0, 1, 2, 3, 4, 5].map((index) => ({ index }));

const cuda = { system: 'linux', backend: 'cuda' } as const;
const vulkan = { system: 'linux', backend: 'vulkan' } as const;
const onProcessor = { system: 'linux', backend: 'cpu' } as const;
const onWindows = { system: 'windows', backend: 'vulkan' } as const;

/** Another program's work on the card can be seen, at least while the machine is idle. */
const telling: Record<string, Computer> = {
  'with an NVIDIA card': {
    ...cuda,
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, {}) }),
  },
  'with two NVIDIA cards and a model for both': {
    ...cuda,
    gigabytes: 15,
    print: (scene) => ({
      devices: { ...nvidiaDevice(), ...nvidiaDevice('nvidia', 1) },
      smi: smi(scene, {}, { index: 1 }),
    }),
  },
  'with an NVIDIA card in a container, where no process is listed': {
    ...cuda,
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, { lists: 'nobody' }) }),
  },
  'with an NVIDIA card under WSL, where the system lists none and pmon does not work': {
    ...cuda,
    print: (scene) => ({ smi: { cards: smi(scene, {}).cards, pmon: ['Not supported'] } }),
  },
  'with an NVIDIA chip whose memory is the computer’s': {
    ...cuda,
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, { total: '[N/A]' }) }),
  },
  'with six NVIDIA cards, of which pmon knows four': {
    ...cuda,
    print: (scene) => {
      const all = smi(scene, ...six);
      return { smi: { cards: all.cards, pmon: smi(scene, ...six.slice(0, 4)).pmon } };
    },
  },
  'with an NVIDIA card and Intel’s graphics': {
    ...vulkan,
    print: (scene) => ({
      devices: { ...nvidiaDevice(), ...intel(scene, { isBystander: true }).devices },
      smi: smi(scene, { total: '8188' }),
    }),
  },
  'with an NVIDIA card and AMD’s graphics': {
    ...vulkan,
    print: (scene) => ({
      devices: {
        ...nvidiaDevice(),
        ...amd(scene, { megabytes: 512, isBystander: true }).devices,
      },
      smi: smi(scene, {}),
    }),
  },
  'with an AMD card': { ...vulkan, print: (scene) => amd(scene, { megabytes: 24_576 }) },
  'with an AMD card on an old kernel, and a model of more than half of it': {
    ...vulkan,
    gigabytes: 14,
    print: (scene) => amd(scene, { megabytes: 24_576, tellsProcesses: false }),
  },
  'with AMD’s graphics and 512 MB carved out': {
    ...vulkan,
    print: (scene) => amd(scene, { megabytes: 512, isIntegrated: true }),
  },
  'with AMD’s large graphics and 1 GB carved out, for a model of 60 GB': {
    ...vulkan,
    gigabytes: 60,
    print: (scene) => amd(scene, { megabytes: 1024, isIntegrated: true }),
  },
  'with Intel’s graphics': { ...vulkan, print: (scene) => intel(scene) },
  'with Intel’s card': {
    ...vulkan,
    print: (scene) =>
      intel(scene, { device: '0000:03:00.0', counter: 'tile0/gt0/gtidle/idle_residency_ms' }),
  },
  'that is a Mac': {
    system: 'mac',
    backend: 'metal',
    print: ({ isLoaded, isRendering }) => ({
      ioreg: accelerator('Apple M1 Pro', isLoaded || isRendering ? 99 : 2),
    }),
  },
  'with Windows and an NVIDIA card': {
    ...onWindows,
    print: (scene) => ({ windows: windows(scene, geForce), smi: smi(scene, { lists: 'nobody' }) }),
  },
  'with Windows and an AMD card': {
    ...onWindows,
    print: (scene) => ({ windows: windows(scene, radeon) }),
  },
  'with Windows and Intel’s graphics': {
    ...onWindows,
    print: (scene) => ({ windows: windows(scene, uhd) }),
  },
  'with Windows and graphics that have no memory of their own': {
    ...onWindows,
    print: (scene) => ({ windows: windows(scene, { ...uhd, dedicatedBytes: 0 }) }),
  },
};

const noCounters = (scene: Scene): string[] => [
  ...windows(scene, radeon).slice(0, 2),
  'failed\tload\tInvalid class "Win32_PerfFormattedData_GPUPerformanceCounters_GPUEngine"',
];

/** No sensor tells the load of the card, or no card computes. */
const silent: Record<string, Computer> = {
  'with an NVIDIA card without nvidia-smi': {
    ...vulkan,
    print: () => ({ devices: nvidiaDevice('nouveau') }),
  },
  'with an NVIDIA card that it cannot use': {
    ...onProcessor,
    print: () => ({ devices: nvidiaDevice('nouveau') }),
  },
  'with an NVIDIA card too old to compute, and smaller than the model': {
    ...onProcessor,
    print: (scene) => ({
      devices: nvidiaDevice(),
      smi: smi(scene, { total: '2001', noLoad: '[Not Supported]', lists: 'nobody' }),
    }),
  },
  'with a part of an NVIDIA card': {
    ...cuda,
    print: (scene) => ({
      devices: nvidiaDevice(),
      smi: smi(scene, { noLoad: '[N/A]', lists: 'processes' }),
    }),
  },
  'with an NVIDIA card that the owner excluded': {
    ...cuda,
    settings: { cards: { [uuid]: { isUsed: false, temperatureCeilingCelsius: null } } },
    print: (scene) => ({ devices: nvidiaDevice(), smi: smi(scene, {}) }),
  },
  'with Intel’s graphics that the desktop keeps awake, and no Vulkan': {
    ...onProcessor,
    print: (scene) => intel(scene, { awakeShare: 0.25, isBystander: true }),
  },
  'with Intel’s graphics in a virtual machine': {
    ...onProcessor,
    print: (scene) => intel(scene, { counter: null, isBystander: true }),
  },
  'with an old AMD card': { ...onProcessor, print: () => silentDevice('0x1002', 'radeon') },
  'with a virtual card': { ...vulkan, print: () => silentDevice('0x1af4', 'virtio-pci') },
  'without a card': { ...onProcessor, print: () => ({}) },
  'that is a Mac with Intel’s graphics': {
    system: 'mac',
    backend: 'cpu',
    print: () => ({ ioreg: accelerator('Intel UHD Graphics 630', null) }),
  },
  'that is a Mac without an accelerator': { system: 'mac', backend: 'cpu', print: () => ({}) },
  'with Windows that counts no loads': {
    ...onWindows,
    print: (scene) => ({ windows: noCounters(scene) }),
  },
  'with another system': { system: 'freebsd', backend: 'cpu', print: () => ({}) },
};

async function started(computer: Computer): Promise<PlayedComputer> {
  const machine = await PlayedComputer.start(computer);
  onTestFinished(() => machine.stop());
  return machine;
}

describe.each(Object.entries({ ...telling, ...silent }))('an idle machine %s', (_, computer) => {
  it('serves ten minutes without a break, and gives way to a game', async () => {
    const machine = await started(computer);
    await machine.pass(20_000);
    expect(machine.sentence).toBe('Working for the mesh');
    await machine.pass(tenMinutesMs, () => expect(machine.sentence).toBe('Working for the mesh'));
    expect(machine.loads).toBe(1);
    await machine.play('Hades');
    await machine.pass(2000);
    expect(machine.sentence).toBe('Paused: Hades is running');
  });
});

describe.each(Object.entries(telling))('a machine %s', (_, computer) => {
  it('is not loaded while another program computes on the card', async () => {
    const machine = await started(computer);
    machine.isRendering = true;
    await machine.pass(120_000);
    expect(machine.state).toBe('paused');
    expect(machine.sentence).toMatch(/^Paused: other programs use more than 20 % of the /);
    expect(machine.loads).toBe(0);
  });
});
