/** Combines the rules of the settings with those of one question: the stricter of each, so that both hold. */
import { AppError } from '../../../src-shared/errors.ts';
import { allowedCountries, noRules, type RouteRules } from '../../../src-shared/route-rules.ts';

/** @throws AppError `request-invalid` when they allow no region in common */
export function stricterRules(always: RouteRules, own: RouteRules = noRules): RouteRules {
  const ceilings = [always.priceCeiling, own.priceCeiling].filter((price) => price !== undefined);
  return {
    poolOnly: always.poolOnly || own.poolOnly,
    ownMachinesOnly: always.ownMachinesOnly || own.ownMachinesOnly,
    regions: commonRegions(always.regions, own.regions),
    keepOuterLayersAtHome: always.keepOuterLayersAtHome || own.keepOuterLayersAtHome,
    ...(ceilings.length === 0 ? {} : { priceCeiling: Math.min(...ceilings) }),
    leastOperators: Math.max(always.leastOperators, own.leastOperators),
  };
}

function commonRegions(always: readonly string[], own: readonly string[]): string[] {
  if (always.length === 0 || own.length === 0) {
    return [...always, ...own];
  }
  const common = [...within(always, own), ...within(own, always)];
  if (common.length === 0) {
    throw new AppError(
      'request-invalid',
      `The question may go to ${own.join(', ')} only, and the settings allow ${always.join(', ')} only; ` +
        'change the rules of one of them',
    );
  }
  return [...new Set(common)];
}

/** The regions that lie within the other ones. */
function within(regions: readonly string[], others: readonly string[]): string[] {
  const allowed = allowedCountries(others);
  return regions.filter((region) => allowed?.has(region) !== false);
}
