import { describe, expect, it } from 'vitest';
import { type PauseReasonName, pauseReasonNames } from '../../src-shared/duty.ts';
import { weeklyScheduleSchema } from '../../src-shared/settings/schedule.ts';
import {
  card,
  cardWith,
  type Different,
  known,
  noon,
  reasonsFor,
  unknown,
} from '../../test/support/host/duty-inputs.ts';
import { askPause } from './pause-request.ts';

const game = { name: 'Cyberpunk2077.exe', foundBy: 'launcher folder' } as const;
const film = { name: 'VLC', foundBy: 'full screen' } as const;
const ownList = { name: 'blender', foundBy: 'exclusive apps' } as const;
const nights = weeklyScheduleSchema.parse({ monday: [{ from: 1320, to: 420 }] });
const ownCeiling = { 'GPU-1': { isUsed: true, temperatureCeilingCelsius: 70 } };
const second = { ...card, id: 'GPU-2', name: 'RX 7900' };

describe('a machine pauses', () => {
  const cases: [string, Different, PauseReasonName, string][] = [
    [
      'when the owner says so',
      { requests: { pause: askPause('indefinitely', noon) } },
      'user',
      'you paused it until you resume it',
    ],
    [
      'when a card is as hot as it may be',
      { facts: cardWith({ temperatureCelsius: known(83) }) },
      'too hot',
      'the RTX 4090 has reached 83 °C',
    ],
    [
      'when one card of two is as hot as that card may be',
      {
        facts: { gpus: known([second, { ...card, temperatureCelsius: known(71) }]) },
        preferences: { cards: ownCeiling },
      },
      'too hot',
      'the RTX 4090 has reached 70 °C',
    ],
    [
      'when a card with a ceiling of its own tells no temperature',
      {
        facts: cardWith({ temperatureCelsius: unknown }),
        preferences: { cards: ownCeiling },
      },
      'too hot',
      'the temperature of the RTX 4090 is not known: no sensor',
    ],
    [
      'when the processor is as hot as it may be, also without cards',
      { facts: { cpuTemperatureCelsius: known(95) }, work: { usesGpu: false } },
      'too hot',
      'the processor has reached 95 °C',
    ],
    [
      'when a game runs',
      { facts: { games: known([game]) } },
      'game running',
      'Cyberpunk2077.exe is running',
    ],
    [
      'when two games run',
      { facts: { games: known([game, { ...game, name: 'Hades' }]) } },
      'game running',
      'Cyberpunk2077.exe and Hades are running',
    ],
    [
      'when more games run than fit a line',
      { facts: { games: known([game, ownList, { ...game, name: 'Hades' }]) } },
      'game running',
      'Cyberpunk2077.exe and 2 others are running',
    ],
    [
      'when a program of the owner’s list runs, also while games do not count',
      {
        facts: { games: known([game, ownList, film]) },
        preferences: { pauseWhileGaming: false, exclusiveApps: ['blender'] },
      },
      'game running',
      'blender is running',
    ],
    [
      'when games cannot be told',
      { facts: { games: unknown } },
      'game running',
      'it is not known whether a game is running: no sensor',
    ],
    [
      'when a window fills the screen',
      { facts: { games: known([film]) } },
      'full-screen app',
      'VLC fills the screen',
    ],
    [
      'when others use a card more than a little',
      { facts: cardWith({ othersUtilisation: known(0.21) }) },
      'other GPU load',
      'other programs use more than 20 % of the RTX 4090',
    ],
    [
      'on battery',
      { facts: { onBattery: known(true) } },
      'on battery',
      'the computer runs on battery',
    ],
    [
      'when battery cannot be told',
      { facts: { onBattery: unknown } },
      'on battery',
      'it is not known whether the computer runs on battery: no sensor',
    ],
    [
      'in a bag, also where battery is allowed',
      {
        facts: { onBattery: known(true), isLidClosed: known(true) },
        preferences: { onBattery: 'work' },
      },
      'on battery',
      'the lid is closed and the computer runs on battery',
    ],
    [
      'outside the schedule',
      { preferences: { schedule: nights } },
      'outside schedule',
      'your schedule begins again at 22:00',
    ],
    [
      'when the schedule has no hours',
      { preferences: { schedule: weeklyScheduleSchema.parse({}) } },
      'outside schedule',
      'your schedule allows no hours',
    ],
    [
      'when the owner was there lately',
      { facts: { inputIdleMs: known(299_999) } },
      'in use',
      'the computer was used in the last 5 minutes',
    ],
    [
      'when the owner was there just now, behind a locked screen too',
      { facts: { inputIdleMs: known(59_999), isLocked: known(true) } },
      'in use',
      'the computer was used in the last 5 minutes',
    ],
    [
      'when input cannot be told, behind a locked screen too',
      { facts: { inputIdleMs: unknown, isLocked: known(true) } },
      'in use',
      'it is not known whether the computer is in use: no sensor',
    ],
    [
      'when other programs keep the processor busy',
      { facts: { othersCpuShare: known(0.51) } },
      'CPU busy',
      'other programs use more than 50 % of the processor',
    ],
    [
      'when other programs need the computer’s memory that the models are in',
      {
        facts: { memory: known({ totalBytes: 32e9, availableBytes: 7e9 }) },
        work: { mainMemoryNeededBytes: 4e9 },
      },
      'memory needed',
      'less than 10 % of the main memory is left for other programs',
    ],
    [
      'when the processor’s load cannot be told',
      { facts: { othersCpuShare: unknown } },
      'CPU busy',
      'it is not known how busy the processor is: no sensor',
    ],
    [
      'when others leave too little video memory',
      // Of 6 GB left, 80 % are less than 5 GB.
      { facts: cardWith({ othersMemoryBytes: known(18e9) }) },
      'no video memory',
      'the models need 5.0 GB of video memory, but less is free',
    ],
    [
      'without network',
      { facts: { network: known('offline') } },
      'no network',
      'there is no network',
    ],
    [
      'where the network is paid for',
      { facts: { network: known('metered') } },
      'no network',
      'the network is metered',
    ],
    [
      'when the computer goes to sleep',
      { work: { isSuspending: true } },
      'no network',
      'the computer is going to sleep',
    ],
  ];
  it.each(cases)('%s', (_, different, name, reason) => {
    expect(reasonsFor(different)).toEqual([[name, reason.replaceAll('’', "'")]]);
  });

  it('for every reason there is', () => {
    const covered = new Set(cases.map(([, , name]) => name));
    // The cool-down after a fault stands in next-duty.test.ts, as it needs a past.
    expect(pauseReasonNames.filter((name) => !covered.has(name))).toEqual(['fault cool-down']);
  });
});

describe('the reasons of a pause', () => {
  const everything: Different = {
    facts: {
      gpus: known([
        {
          ...card,
          temperatureCelsius: known(90),
          othersUtilisation: known(0.9),
          othersMemoryBytes: known(23e9),
        },
      ]),
      games: known([film, game]),
      onBattery: known(true),
      inputIdleMs: known(0),
      othersCpuShare: known(1),
      memory: known({ totalBytes: 32e9, availableBytes: 1e9 }),
      network: known('offline'),
    },
    preferences: { schedule: nights },
    work: {
      mainMemoryNeededBytes: 4e9,
      failure: { number: 1, code: 'engine-died', sentence: 'The engine died.' },
    },
    requests: { pause: askPause('1 hour', noon) },
  };

  it('are all given, in display order', () => {
    expect(reasonsFor(everything).map(([name]) => name)).toEqual(pauseReasonNames);
  });

  it.each(pauseReasonNames.slice(1).map((name, index) => [pauseReasonNames[index], name] as const))(
    'show "%s" before "%s"',
    (first, second) => {
      const names = reasonsFor(everything).map(([name]) => name);
      expect(names.indexOf(first ?? second)).toBeLessThan(names.indexOf(second));
    },
  );

  it('stay one short line, whatever a program calls itself', () => {
    const hostile = { ...game, name: `a\n\u202Eb\u0007${'😀'.repeat(5000)}` };
    const [[, reason] = ['', '']] = reasonsFor({ facts: { games: known([hostile]) } });
    expect(reason).toMatch(/^a b (?:😀)+… is running$/u);
    expect(reason.length).toBeLessThan(120);
  });
});
