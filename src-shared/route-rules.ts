/** The peers that a request may use: rules that its owner sets, checked by the planner of routes alone. */
import { z } from 'zod';

/** A country by ISO 3166-1 alpha-2, as its peer claims; empty: the peer does not say. */
export const regionSchema = z.string().regex(/^(?:[A-Z]{2})?$/);

/** Separate operators are counted exactly up to this many; each one more doubles the planner's work. */
const mostOperators = 4;

export const routeRulesSchema = z.object({
  /** Only members of the own pools, and own machines. */
  poolOnly: z.boolean().default(false),
  ownMachinesOnly: z.boolean().default(false),
  /** Countries that peers may be in, `EU` for all of the Union; empty: anywhere. The own machines may be anywhere. */
  regions: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .max(64)
    .default([]),
  /** The first and the last layer are computed on this machine, so that peers see neither tokens nor text. */
  keepOuterLayersAtHome: z.boolean().default(false),
  /** Highest price per unit of work that a peer may ask; absent: any. The own machines cost nothing. */
  priceCeiling: z.number().min(0).optional(),
  /** At least this many separate operators share the layers; from 2 on, no one computes all of them. */
  leastOperators: z.int().min(1).max(mostOperators).default(1),
});
export type RouteRules = z.infer<typeof routeRulesSchema>;

/** All peers may be used. */
export const noRules: RouteRules = routeRulesSchema.parse({});

// Member states of the European Union, as of 2020.
const union = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);

/** The countries that a list of regions allows; undefined: all of them. */
export function allowedCountries(regions: readonly string[]): ReadonlySet<string> | undefined {
  return regions.length === 0
    ? undefined
    : new Set(regions.flatMap((region) => (region === 'EU' ? ['EU', ...union] : [region])));
}
