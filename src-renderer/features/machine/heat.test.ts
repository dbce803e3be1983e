import { expect, it } from 'vitest';
import { cardCeiling, heatOf, heatWords } from './heat.ts';

it('a temperature is warm from less than five degrees below its ceiling and hot at it', () => {
  expect([40, 78, 79, 82.9, 83, 90].map((celsius) => heatOf(celsius, 83))).toEqual([
    'cool',
    'cool',
    'warm',
    'warm',
    'hot',
    'hot',
  ]);
  expect(heatWords('warm', 83)).toBe('close to its ceiling of 83 °C');
});

it('a card has its own ceiling where the owner gave it one', () => {
  const settings = {
    temperatureCeilingCelsius: 83,
    cards: {
      small: { isUsed: true, temperatureCeilingCelsius: 70 },
      large: { isUsed: true, temperatureCeilingCelsius: null },
    },
  };
  expect(['small', 'large', 'new'].map((id) => cardCeiling(settings, id))).toEqual([70, 83, 83]);
});
