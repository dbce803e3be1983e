/** What is no reason to pause: the other side of pause-reasons.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Preferences } from '../../src-shared/settings/preferences.ts';
import { weeklyScheduleSchema } from '../../src-shared/settings/schedule.ts';
import {
  card,
  cardWith,
  type Different,
  idleInput,
  known,
  reasonsFor,
  unknown,
} from '../../test/support/host/duty-inputs.ts';
import { initialDuty, nextDuty } from './next-duty.ts';

const game = { name: 'Cyberpunk2077.exe', foundBy: 'launcher folder' } as const;
const film = { name: 'VLC', foundBy: 'full screen' } as const;
const notUsed = { 'GPU-1': { isUsed: false, temperatureCeilingCelsius: null } };
const second = { ...card, id: 'GPU-2', name: 'RX 7900' };

const busyIntegrated = {
  ...card,
  id: '0000:00:02.0',
  vendor: 'intel',
  isIntegrated: true,
  othersUtilisation: known(1),
  memoryBytes: unknown,
} as const;

describe('an idle machine', () => {
  it('has no reason to pause', () => {
    expect(nextDuty(initialDuty, idleInput).duty).toEqual({ state: 'starting' });
  });
});

describe('a machine does not pause', () => {
  const cases: [string, Different][] = [
    ['for a game, where the owner does not mind', gameWith({ pauseWhileGaming: false })],
    ['for a full screen, where games do not count', gameWith({ pauseWhileGaming: false }, film)],
    [
      'for games that cannot be told, where none count',
      { facts: { games: unknown }, preferences: { pauseWhileGaming: false } },
    ],
    ['for as much load as is allowed', { facts: cardWith({ othersUtilisation: known(0.2) }) }],
    [
      'for load that cannot be told, where it does not count',
      {
        facts: cardWith({ othersUtilisation: unknown }),
        preferences: { pauseOnGpuLoadPercent: null },
      },
    ],
    [
      'for a card that it may not use',
      {
        facts: {
          gpus: known([
            second,
            {
              ...card,
              othersUtilisation: known(1),
              temperatureCelsius: known(99),
              othersMemoryBytes: unknown,
            },
          ]),
        },
        preferences: { cards: notUsed },
      },
    ],
    [
      'for a load that nobody tells, whatever the whole load is',
      { facts: cardWith({ othersUtilisation: unknown, utilisation: known(1) }) },
    ],
    ['for a load that is no number', { facts: cardWith({ othersUtilisation: known(Number.NaN) }) }],
    ['for video memory that nobody tells', { facts: cardWith({ othersMemoryBytes: unknown }) }],
    ['for cards that nobody tells of', { facts: { gpus: unknown } }],
    ['for video memory, on a device that is not listed', { facts: { gpus: known([]) } }],
    [
      'for an integrated card that is busy with the desktop, beside the card that computes',
      { facts: { gpus: known([card, busyIntegrated]) } },
    ],
    [
      'for a card that CUDA cannot compute on',
      {
        facts: { gpus: known([card, { ...busyIntegrated, vendor: 'amd', isIntegrated: false }]) },
        work: { backend: 'cuda' },
      },
    ],
    ['for cards, when it computes on none', { facts: { gpus: unknown }, work: { usesGpu: false } }],
    [
      'on battery, where that is allowed',
      { facts: { onBattery: known(true) }, preferences: { onBattery: 'work' } },
    ],
    ['for a closed lid on mains power', { facts: { isLidClosed: known(true) } }],
    ['after the owner’s minutes', { facts: { inputIdleMs: known(300_000) } }],
    [
      'for input, where the owner does not mind',
      { facts: { inputIdleMs: unknown }, preferences: { idleMinutes: 0 } },
    ],
    ['for as busy a processor as is allowed', { facts: { othersCpuShare: known(0.5) } }],
    [
      'for a busy processor, where that does not count',
      { facts: { othersCpuShare: unknown }, preferences: { pauseOnCpuLoadPercent: null } },
    ],
    ['for heat, one degree before', { facts: cardWith({ temperatureCelsius: known(82) }) }],
    [
      'for temperatures that nobody tells',
      { facts: { ...cardWith({ temperatureCelsius: unknown }), cpuTemperatureCelsius: unknown } },
    ],
    [
      'for a hot processor, where that does not count',
      {
        facts: { cpuTemperatureCelsius: known(109) },
        preferences: { cpuTemperatureCeilingCelsius: null },
      },
    ],
    [
      'where the network is paid for, if that is allowed',
      { facts: { network: known('metered') }, preferences: { onMeteredNetwork: 'work' } },
    ],
    ['for a network that cannot be told', { facts: { network: unknown } }],
    [
      'for video memory, when two cards have it together',
      {
        facts: {
          gpus: known([
            { ...card, othersMemoryBytes: known(20e9) },
            { ...second, othersMemoryBytes: known(20e9) },
          ]),
        },
      },
    ],
    [
      'inside the schedule',
      {
        preferences: {
          schedule: weeklyScheduleSchema.parse({ monday: [{ from: 720, to: 721 }] }),
        },
      },
    ],
  ];
  it.each(cases)('%s', (_, different) => {
    expect(reasonsFor(different)).toEqual([]);
  });
});

describe('a machine pauses all the same', () => {
  it('for a busy integrated card where it is the only one, or where the owner chose it', () => {
    const alone = { facts: { gpus: known([busyIntegrated]) } };
    expect(reasonsFor(alone).map(([name]) => name)).toEqual(['other GPU load']);
    const cards = { [busyIntegrated.id]: { isUsed: true, temperatureCeilingCelsius: null } };
    const chosen = { facts: { gpus: known([card, busyIntegrated]) }, preferences: { cards } };
    expect(reasonsFor(chosen).map(([name]) => name)).toEqual(['other GPU load']);
  });

  it('for a card that is seen to be busy, beside one that tells nothing', () => {
    const silent = { ...second, othersUtilisation: unknown, othersMemoryBytes: unknown };
    const busy = { ...card, othersUtilisation: known(0.9) };
    const reasons = reasonsFor({ facts: { gpus: known([silent, busy]) } });
    expect(reasons.map(([name]) => name)).toEqual(['other GPU load']);
  });
});

function gameWith(preferences: Partial<Preferences>, running: typeof game | typeof film = game) {
  return { facts: { games: known([running]) }, preferences };
}
