/** Linux computers with AMD's cards. */
import type { Scene } from '../computer.ts';
import { amd, intel, nvidiaDevice, silentDevice, smi, together } from '../played-cards.ts';
import { device } from '../played-devices.ts';
import { all, idleOnly, type Kind, loadOnly, none } from './kind.ts';

const id = '0000:0b:00.0';
const vulkan = { system: 'linux', backend: 'vulkan' } as const;
const card = [device('AMD Radeon RX 7900 XTX (RADV NAVI31)', { id, gigabytes: 25.7 })];
const chip = (gigabytes: number) => [
  device('AMD Radeon 780M (RADV PHOENIX)', { id, gigabytes, isIntegrated: true }),
];
const vulkanIntel = device('Intel(R) Iris(R) Xe Graphics (TGL GT2)', {
  id: '0000:00:02.0',
  gigabytes: 16,
  isIntegrated: true,
});

/** A card is plugged in or pulled in the middle of the ten minutes. */
const isChanged = ({ nowMs }: Scene): boolean => nowMs >= 300_000;

export const linuxAmd: readonly Kind[] = [
  {
    ...vulkan,
    devices: card,
    name: 'an AMD card',
    told: all,
    print: (scene) => amd(scene, { megabytes: 24_576 }),
  },
  {
    ...vulkan,
    devices: card,
    tellsFree: true,
    name: 'an AMD card on a kernel before 5.19',
    told: idleOnly,
    print: (scene) => amd(scene, { megabytes: 24_576, tellsProcesses: false }),
  },
  {
    ...vulkan,
    devices: card,
    gigabytes: 14,
    tellsFree: true,
    name: 'an AMD card on a kernel before 5.19, and a model of more than half of it',
    told: idleOnly,
    print: (scene) => amd(scene, { megabytes: 24_576, tellsProcesses: false }),
  },
  {
    ...vulkan,
    devices: chip(16.5),
    name: 'AMD’s graphics with 512 MB carved out',
    told: loadOnly,
    print: (scene) => amd(scene, { megabytes: 512, isIntegrated: true }),
  },
  {
    ...vulkan,
    devices: chip(16.5),
    gigabytes: 0.06,
    name: 'AMD’s graphics with 512 MB carved out, and the demo model',
    told: loadOnly,
    print: (scene) => amd(scene, { megabytes: 512, isIntegrated: true }),
  },
  {
    ...vulkan,
    devices: chip(128),
    gigabytes: 60,
    name: 'AMD’s large graphics (Strix Halo) with 1 GB carved out, and a model of 60 GB',
    told: loadOnly,
    print: (scene) => amd(scene, { megabytes: 1024, sharedGibibytes: 120, isIntegrated: true }),
  },
  {
    ...vulkan,
    devices: [
      device('AMD Custom GPU 0405 (RADV VANGOGH)', { id, gigabytes: 9, isIntegrated: true }),
    ],
    name: 'a Steam Deck on mains',
    told: loadOnly,
    remark: 'A game is recognised by its folder.',
    print: (scene) => amd(scene, { megabytes: 1024, sharedGibibytes: 8, isIntegrated: true }),
  },
  {
    ...vulkan,
    devices: [
      device('NVIDIA GeForce RTX 4090', { id: '0000:01:00.0', gigabytes: 25.7 }),
      ...chip(16.5),
    ],
    name: 'an NVIDIA card and AMD’s graphics',
    told: all,
    print: (scene) =>
      together(
        { devices: nvidiaDevice(), smi: smi(scene, {}) },
        amd(scene, { megabytes: 512, isBystander: true }),
      ),
  },
  {
    ...vulkan,
    devices: [
      ...card,
      device('AMD Radeon 780M (RADV PHOENIX)', {
        id: '0000:0c:00.0',
        gigabytes: 16.5,
        isIntegrated: true,
      }),
    ],
    name: 'a laptop with AMD’s graphics and an AMD card that sleeps',
    told: all,
    remark: 'The sleeping card is not woken up by a look at it.',
    print: (scene) =>
      together(
        amd(scene, { megabytes: 24_576, sleeps: true }),
        amd(scene, {
          device: '0000:0c:00.0',
          megabytes: 512,
          isBystander: true,
          isIntegrated: true,
        }),
      ),
  },
  {
    ...vulkan,
    devices: [
      ...card,
      device('AMD Radeon RX 6600 (RADV NAVI23)', { id: '0000:0c:00.0', gigabytes: 8.5 }),
    ],
    settings: { cards: { '0000:0c:00.0': { isUsed: false, temperatureCeilingCelsius: null } } },
    name: 'two AMD cards, of which the owner keeps the one that drives the screen',
    told: all,
    remark: 'The desktop’s load on the screen’s card does not count.',
    print: (scene) =>
      together(
        amd(scene, { megabytes: 24_576 }),
        amd(scene, {
          device: '0000:0c:00.0',
          megabytes: 8176,
          isBystander: true,
          screenLoad: 45,
        }),
      ),
  },
  {
    ...vulkan,
    devices: (scene) => [vulkanIntel, ...(isChanged(scene) ? card : [])],
    name: 'a laptop with Intel’s graphics, to which an AMD card is plugged in while it works',
    told: loadOnly,
    remark: 'llama.cpp looks again when a card comes or goes.',
    print: (scene) =>
      together(
        intel(scene),
        ...(isChanged(scene) ? [amd(scene, { megabytes: 24_576, isBystander: true })] : []),
      ),
  },
  {
    ...vulkan,
    devices: (scene) => [vulkanIntel, ...(isChanged(scene) ? [] : card)],
    name: 'a laptop with Intel’s graphics, from which the AMD card that it works on is pulled',
    told: all,
    remark: 'llama.cpp looks again; that the engine ends with its card is not played.',
    print: (scene) =>
      together(
        intel(scene, { isBystander: !isChanged(scene) }),
        ...(isChanged(scene) ? [] : [amd(scene, { megabytes: 24_576 })]),
      ),
  },
  {
    system: 'linux',
    backend: 'cpu',
    name: 'an old AMD card (radeon driver)',
    told: none,
    print: () => silentDevice('0x1002', 'radeon'),
  },
];
