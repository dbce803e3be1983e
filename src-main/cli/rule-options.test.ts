import { Command } from 'commander';
import { expect, it } from 'vitest';
import { noRules } from '../../src-shared/route-rules.ts';
import { addRules, rulesOf } from './rule-options.ts';

function rulesFrom(...args: string[]) {
  const command = addRules(new Command('route'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.parse(args, { from: 'user' });
  return rulesOf(command.opts());
}

it('are none unless some are given', () => {
  expect(rulesFrom()).toBeUndefined();
});

it.each([
  [['--pool'], { poolOnly: true }],
  [['--own-machines'], { ownMachinesOnly: true }],
  [['--region', 'de', '--region', 'EU'], { regions: ['DE', 'EU'] }],
  [['--outer-layers-here'], { keepOuterLayersAtHome: true }],
  [['--price', '0.5', '--operators', '3'], { priceCeiling: 0.5, leastOperators: 3 }],
])('%j is what it says, and all else is open', (args, rules) => {
  expect(rulesFrom(...args)).toEqual({ ...noRules, ...rules });
});

it.each([
  ['--region', 'Germany'],
  ['--price', '-1'],
  ['--price', ''],
  ['--operators', '0'],
  ['--operators', 'many'],
])('refuses %s %j', (...args) => {
  expect(() => rulesFrom(...args)).toThrow(/It is a/);
});
