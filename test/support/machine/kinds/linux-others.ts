/** Linux computers with Intel's graphics, virtual cards or none. */
import { intel, silentDevice } from '../played-cards.ts';
import { device } from '../played-devices.ts';
import { type Kind, loadOnly, none } from './kind.ts';

const vulkan = { system: 'linux', backend: 'vulkan' } as const;
const onProcessor = { system: 'linux', backend: 'cpu' } as const;
const chip = [
  device('Intel(R) UHD Graphics 770 (ADL-S GT1)', {
    id: '0000:00:02.0',
    gigabytes: 16.6,
    isIntegrated: true,
  }),
];
/** As recorded: llvmpipe tells of 2 GB that are always free, and of no address. */
const software = [
  {
    id: 'Vulkan0',
    name: 'llvmpipe (LLVM 15.0.6, 256 bits)',
    isIntegrated: false,
    totalBytes: 2_147_483_648,
    freeBytes: 2_147_483_648,
    largestBufferBytes: 1_073_741_824,
  },
];

/** As recorded in a virtual machine without a card: class and vendor of every device. */
const noCard = Object.fromEntries(
  ['060000 8086', 'ffff00 1af4', '018000 1af4', '020000 1af4', 'ffff00 1af4', 'ffff00 1af4']
    .map((line) => line.split(' '))
    .flatMap(([kind = '', vendor = ''], index) => [
      [`0000:00:0${index}.0/class`, `0x${kind}\n`],
      [`0000:00:0${index}.0/vendor`, `0x${vendor}\n`],
    ]),
);

export const linuxOthers: readonly Kind[] = [
  {
    ...vulkan,
    devices: chip,
    name: 'Intel’s graphics',
    told: loadOnly,
    print: (scene) => intel(scene),
  },
  {
    ...vulkan,
    devices: chip,
    gigabytes: 0.06,
    name: 'Intel’s graphics, and the demo model',
    told: loadOnly,
    print: (scene) => intel(scene),
  },
  {
    ...vulkan,
    devices: [
      device('Intel(R) Arc(tm) B580 Graphics (BMG G21)', { id: '0000:03:00.0', gigabytes: 12.4 }),
    ],
    name: 'Intel’s card (Arc, xe driver)',
    told: loadOnly,
    print: (scene) =>
      intel(scene, { device: '0000:03:00.0', counter: 'tile0/gt0/gtidle/idle_residency_ms' }),
  },
  {
    ...onProcessor,
    name: 'Intel’s graphics, without Vulkan',
    told: none,
    print: (scene) => intel(scene, { isBystander: true }),
  },
  {
    ...onProcessor,
    name: 'Intel’s graphics that the desktop keeps awake, without Vulkan',
    told: none,
    print: (scene) => intel(scene, { awakeShare: 0.25, isBystander: true }),
  },
  {
    ...onProcessor,
    name: 'Intel’s graphics without a driver, or in a virtual machine that hides their sleep',
    told: none,
    print: (scene) => intel(scene, { counter: null, isBystander: true }),
  },
  {
    ...vulkan,
    devices: [
      device('Virtio-GPU Venus (Intel(R) UHD Graphics 770)', { gigabytes: 8, isIntegrated: true }),
    ],
    name: 'a virtual machine with a virtual card that computes (virtio-gpu, Venus)',
    told: none,
    print: () => silentDevice('0x1af4', 'virtio-pci'),
  },
  {
    ...vulkan,
    devices: [
      device('Virtio-GPU Venus (Intel(R) UHD Graphics 770)', { gigabytes: 8, isIntegrated: true }),
    ],
    gigabytes: 0.06,
    name: 'a virtual machine with a virtual card that computes, and the demo model',
    told: none,
    print: () => silentDevice('0x1af4', 'virtio-pci'),
  },
  {
    ...vulkan,
    devices: software,
    gigabytes: 1.2,
    name: 'no card, with Mesa’s software Vulkan switched on (llvmpipe)',
    told: none,
    isRecorded: true,
    print: () => ({ devices: noCard }),
  },
  ...(
    [
      ['VMware', '0x15ad', 'vmwgfx'],
      ['VirtualBox', '0x80ee', 'vboxvideo'],
      ['QEMU (QXL)', '0x1b36', 'qxl'],
      ['Hyper-V', '0x1414', 'hyperv_drm'],
    ] as const
  ).map(([maker, vendor, driver]): Kind => ({
    ...onProcessor,
    name: `a virtual machine of ${maker}`,
    told: none,
    print: () => silentDevice(vendor, driver),
  })),
  {
    ...onProcessor,
    name: 'a server whose card only drives a screen (ASPEED)',
    told: none,
    print: () => silentDevice('0x1a03', 'ast'),
  },
  {
    ...onProcessor,
    name: 'no card',
    told: none,
    isRecorded: true,
    print: () => ({ devices: noCard }),
  },
  {
    ...onProcessor,
    name: 'an Arm computer, for which llama.cpp has only builds for the processor (Jetson Orin, Apple Silicon)',
    told: none,
    print: () => ({}),
  },
];
