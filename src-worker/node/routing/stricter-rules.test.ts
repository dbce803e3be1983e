import { expect, it } from 'vitest';
import { type RouteRules, routeRulesSchema } from '../../../src-shared/route-rules.ts';
import { stricterRules } from './stricter-rules.ts';

const rules = (given: Partial<RouteRules>): RouteRules => routeRulesSchema.parse(given);

it('keeps every rule of the settings, whatever a question says', () => {
  const always = rules({
    poolOnly: true,
    regions: ['EU'],
    keepOuterLayersAtHome: true,
    priceCeiling: 3,
    leastOperators: 2,
  });
  expect(stricterRules(always, undefined)).toEqual(always);
  expect(stricterRules(always, rules({ priceCeiling: 9 }))).toEqual(always);
});

it('adds the rules of a question to them', () => {
  const always = rules({ priceCeiling: 3, leastOperators: 2 });
  const own = rules({ poolOnly: true, ownMachinesOnly: true, priceCeiling: 2, leastOperators: 3 });
  expect(stricterRules(always, own)).toEqual(own);
});

it.each([
  [['EU'], ['DE', 'US'], ['DE']],
  [['DE', 'FR'], ['EU'], ['DE', 'FR']],
  [['EU'], ['EU'], ['EU']],
  [['US', 'DE'], ['US'], ['US']],
  [[], ['US'], ['US']],
])('allows of the regions %j and %j only %j', (always, own, common) => {
  expect(stricterRules(rules({ regions: always }), rules({ regions: own })).regions).toEqual(
    common,
  );
});

it('says so when no region is left, which would otherwise read as "anywhere"', () => {
  const [always, own] = [rules({ regions: ['EU'] }), rules({ regions: ['US', 'JP'] })];
  expect(() => stricterRules(always, own)).toThrow(
    'may go to US, JP only, and the settings allow EU only',
  );
});
