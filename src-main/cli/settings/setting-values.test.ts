import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultSettings,
  type SettingName,
  settingNames as names,
  settingsSchema,
} from '../../../src-shared/settings/settings.ts';
import {
  listName,
  parseSetting,
  settingLines,
  settingName,
  valueWords,
  withItem,
  withoutItem,
} from './setting-values.ts';

/** These few are tried with every setting, since random values would contain them too seldom. */
const choices = ['pause', 'work', 'auto', 'cpu', 'chosen', 'automatic', '', 'DE'];
const plainValues: readonly unknown[] = [null, true, false, {}, [], ...choices];
/** Values of all other shapes that settings have; each setting takes some of them. */
const values = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.integer({ min: 0, max: 110 }),
  fc.array(fc.string({ minLength: 1, maxLength: 30 })),
  fc.constantFrom<unknown>([{ model: 'llama', layers: { firstLayer: 0, lastLayer: 15 } }], {
    'GPU-1': { isUsed: false, temperatureCeilingCelsius: null },
  }),
  fc
    .record({ from: fc.integer({ min: 0, max: 700 }), to: fc.integer({ min: 701, max: 1440 }) })
    .map((span) => {
      const none: object[] = [];
      const [sunday, monday, tuesday] = [[span], [span], [span, span]];
      const rest = { wednesday: none, thursday: none, friday: none, saturday: none };
      return { sunday, monday, tuesday, ...rest };
    }),
);

describe('the value of a setting in words', () => {
  it.each(names)('reads back as the same: %s', (name) => {
    let accepted = 0;
    const check = (value: unknown): void => {
      const parsed = settingsSchema.shape[name].safeParse(value);
      if (parsed.success) {
        accepted += 1;
        const words = valueWords(name, parsed.data);
        expect(parseSetting(name, words)).toEqual({ [name]: parsed.data });
        expect(parseSetting(name, JSON.stringify(parsed.data))).toEqual({ [name]: parsed.data });
      }
    };
    check(defaultSettings[name]);
    plainValues.forEach((value) => check(value));
    fc.assert(fc.property(values, check), { numRuns: 200 });
    expect(accepted).toBeGreaterThan(1);
  });

  it.each([
    ['pauseWhileGaming', 'off', false],
    ['pauseWhileGaming', 'yes', true],
    ['pauseOnGpuLoadPercent', 'off', null],
    ['pauseOnGpuLoadPercent', '35%', 35],
    ['downloadLimitKilobytesPerSecond', 'unlimited', null],
    ['downloadLimitKilobytesPerSecond', 'none', null],
    ['idleMinutes', '10 minutes', 10],
    ['threads', 'auto', null],
    ['backend', 'auto', 'auto'],
    ['exclusiveApps', 'none', []],
    ['shards', 'demo', null],
    ['schedule', 'always', null],
  ] as const)('of %s may be %j', (name, text, value) => {
    expect(parseSetting(name, text)).toEqual({ [name]: value });
  });

  it.each([
    ['idleMinutes', 'soon'],
    ['idleMinutes', '5 apples'],
    ['onBattery', 'off'],
    ['exclusiveApps', 'blender.exe'],
    ['cards', '{"GPU-1":{"temperatureCeilingCelsius":1000}}'],
    ['schedule', '{"someday":[]}'],
    ['apiPort', '70000'],
  ] as const)('of %s cannot be %j', (name, text) => {
    expect(() => parseSetting(name, text)).toThrow(
      expect.objectContaining({ code: 'setting-invalid', message: expect.stringContaining(name) }),
    );
  });
});

describe('lists', () => {
  const settings = { ...defaultSettings, exclusiveApps: ['blender.exe'] };

  it('grow and shrink by one', () => {
    expect(withItem(settings, 'exclusiveApps', 'resolve')).toEqual({
      exclusiveApps: ['blender.exe', 'resolve'],
    });
    expect(withoutItem(settings, 'exclusiveApps', 'blender.exe')).toEqual({ exclusiveApps: [] });
  });

  it('say what they cannot do', () => {
    expect(() => withItem(settings, 'exclusiveApps', 'blender.exe')).toThrow(
      '"blender.exe" is already in exclusiveApps.',
    );
    expect(() => withoutItem(settings, 'exclusiveApps', 'resolve')).toThrow(
      '"resolve" is not in exclusiveApps, which is ["blender.exe"].',
    );
    expect(() => withItem(settings, 'exclusiveApps', '')).toThrow('exclusiveApps');
    expect(() => listName('idleMinutes')).toThrow('The setting idleMinutes is no list');
    expect(() => settingName('colour')).toThrow('There is no setting "colour". There are: ');
  });
});

it('lists every setting once, with a mark and the default beside what was changed', () => {
  const lines = settingLines({ ...defaultSettings, idleMinutes: 10 });
  expect(lines[0]).toMatch(
    /^\* idleMinutes +10 minutes \(default: 5 minutes\) {2}works only after/,
  );
  expect(lines.filter((line) => line.startsWith('* '))).toHaveLength(2);
  for (const name of names) {
    expect(lines.filter((line) => line.slice(2).startsWith(`${name} `))).toHaveLength(1);
  }
});

describe('a key that a setting does not know', () => {
  it.each<[SettingName, string, string]>([
    ['shards', '[{"model":"Long","firstLayer":0,"lastLayer":1}]', 'firstLayer'],
    ['shards', '[{"model":"Long","range":"0-1"}]', 'range'],
    ['shards', '[{"model":"Long","layers":{"firstLayer":0,"lastLayer":1,"step":2}}]', 'step'],
    ['cards', '{"GPU-1":{"isUsd":false}}', 'isUsd'],
    ['schedule', '{"mondy":[]}', 'mondy'],
    ['schedule', '{"monday":[{"from":0,"to":60,"every":2}]}', 'every'],
  ])('is refused by its name: %s %s', (name, text, key) => {
    expect(() => parseSetting(name, text)).toThrow(
      expect.objectContaining({
        code: 'setting-invalid',
        message: expect.stringContaining(`"${key}"`),
      }),
    );
  });

  it('is left out where an earlier or later version stored it', () => {
    const { shape } = settingsSchema;
    expect(shape.shards.parse([{ model: 'Long', range: '0-1' }])).toEqual([{ model: 'Long' }]);
    expect(shape.cards.parse({ 'GPU-1': { isUsed: false, colour: 'red' } })).toEqual({
      'GPU-1': { isUsed: false, temperatureCeilingCelsius: null },
    });
    const schedule = { monday: [{ from: 0, to: 60, every: 2 }] };
    expect(shape.schedule.parse(schedule)?.monday).toEqual([{ from: 0, to: 60 }]);
  });
});
