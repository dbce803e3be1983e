import { expect, it } from 'vitest';
import { isOn, numberDefault, switchDefault, toggled } from './toggles.ts';

it('switches show what pauses as on, and return the setting’s own values', () => {
  expect([
    isOn('keepAwake', true),
    isOn('onBattery', 'pause'),
    isOn('keepAwake', false),
    isOn('onBattery', 'work'),
    isOn('backend', 'auto'),
    isOn('backend', 'cpu'),
  ]).toEqual([true, true, false, false, true, false]);
  expect([toggled('keepAwake', true), toggled('keepAwake', false)]).toEqual([true, false]);
  expect([toggled('onBattery', true), toggled('onBattery', false)]).toEqual(['pause', 'work']);
});

it('defaults are called as their fields show them', () => {
  expect(switchDefault('onBattery')).toBe('on');
  expect(switchDefault('keepAwake')).toBe('off');
  expect(numberDefault('idleMinutes')).toBe('5 minutes');
  expect(numberDefault('downloadLimitKilobytesPerSecond')).toBe('off');
  expect(numberDefault('apiPort')).toBe('6374');
});
