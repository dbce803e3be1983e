import { expect, it } from 'vitest';
import { defaultWords, isOn, toggled } from './toggles.ts';

it('switches show what pauses as on, and give back the setting’s own values', () => {
  expect([true, 'pause', false, 'work'].map((value) => isOn(value as never))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect([toggled('keepAwake', true), toggled('keepAwake', false)]).toEqual([true, false]);
  expect([toggled('onBattery', true), toggled('onBattery', false)]).toEqual(['pause', 'work']);
});

it('defaults are called as their fields show them', () => {
  expect(defaultWords('onBattery')).toBe('on');
  expect(defaultWords('keepAwake')).toBe('off');
  expect(defaultWords('idleMinutes', 'minutes')).toBe('5 minutes');
  expect(defaultWords('downloadLimitKilobytesPerSecond', 'KB/s')).toBe('off');
  expect(defaultWords('apiPort')).toBe('6374');
});
