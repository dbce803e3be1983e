/** Macs, and computers with other systems. */
import { unknown } from '../../../../src-main/sensors/reading.ts';
import { accelerator } from '../played-cards.ts';
import { metalDevice } from '../played-devices.ts';
import { idleOnly, type Kind, loadOnly, none } from './kind.ts';

const apple = { model: 'Apple M1 Pro', listsTimes: true };
const metal = {
  system: 'mac',
  backend: 'metal',
  devices: [metalDevice('Apple M1 Pro', 22.9)],
} as const;

export const macs: readonly Kind[] = [
  {
    ...metal,
    name: 'Apple’s chip',
    told: loadOnly,
    print: (scene) => ({ ioreg: accelerator(scene, apple) }),
  },
  {
    ...metal,
    gigabytes: 0.06,
    name: 'Apple’s chip, and the demo model',
    told: loadOnly,
    print: (scene) => ({ ioreg: accelerator(scene, apple) }),
  },
  {
    ...metal,
    name: 'Apple’s chip, where the registry does not list what each process computed',
    told: idleOnly,
    print: (scene) => ({ ioreg: accelerator(scene, { ...apple, listsTimes: false }) }),
  },
  {
    system: 'mac',
    backend: 'cpu',
    settings: { backend: 'cpu' },
    name: 'Apple’s chip, where the owner chose the processor',
    told: none,
    print: (scene) => ({ ioreg: accelerator(scene, { ...apple, isBystander: true }) }),
  },
  {
    system: 'mac',
    backend: 'cpu',
    name: 'an Intel processor and an AMD card, for which llama.cpp has only a build for the processor',
    told: none,
    print: (scene) => ({
      ioreg:
        accelerator(scene, { model: 'AMD Radeon Pro 5300M', isBystander: true }) +
        accelerator(scene, { model: 'Intel UHD Graphics 630', isBystander: true }),
    }),
  },
  {
    system: 'mac',
    backend: 'cpu',
    name: 'an Intel processor, whose graphics tell no load',
    told: none,
    print: (scene) => ({
      ioreg: accelerator(scene, { model: 'Intel UHD Graphics 630', isSilent: true }),
    }),
  },
  {
    system: 'mac',
    backend: 'cpu',
    name: 'a virtual machine, or another Mac without an accelerator',
    told: none,
    print: () => ({}),
  },
];

const untold = unknown({ code: 'other-system', system: 'freebsd' });

/** Nothing but processes can be read there, so the owner has to switch the checks of input and battery off. */
const freebsd = {
  system: 'freebsd',
  backend: 'cpu',
  facts: { inputIdleMs: untold, isLocked: untold, onBattery: untold, isLidClosed: untold },
  told: none,
  print: () => ({}),
} as const;
const unchecked = { idleMinutes: 0, onBattery: 'work' } as const;

export const otherSystems: readonly Kind[] = [
  {
    ...freebsd,
    settings: unchecked,
    name: 'FreeBSD',
    remark:
      'Serves once the owner has switched off the checks of input and battery, which cannot be read.',
  },
  {
    ...freebsd,
    settings: { ...unchecked, backend: 'cpu' },
    name: 'FreeBSD, where the owner chose the processor',
    remark: 'As before.',
  },
];
