/** Which peers a request may use: rules that the request's owner sets, and that only the planner of routes checks. */
import { z } from 'zod';

/** A country by ISO 3166-1 alpha-2, as its peer claims; empty: the peer does not say. */
export const regionSchema = z.string().regex(/^(?:[A-Z]{2})?$/);

/** Separate operators are counted exactly up to this many, since each further one doubles the planner's work. */
const mostOperators = 4;

export const routeRulesSchema = z.object({
  /** Only members of this machine's pools, and the owner's own machines. */
  poolOnly: z.boolean().default(false),
  ownMachinesOnly: z.boolean().default(false),
  /**
   * Countries that peers may be in, with `EU` for the whole Union; empty: anywhere. The owner's own machines may be
   * anywhere.
   */
  regions: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .max(64)
    .default([]),
  /** This machine computes the first and the last layer, so that peers see neither tokens nor text. */
  keepOuterLayersAtHome: z.boolean().default(false),
  /** Highest price per unit of work; absent: any. The owner's own machines cost nothing. */
  priceCeiling: z.number().min(0).optional(),
  /** At least this many separate operators share the layers. From 2 on, none of them computes all layers. */
  leastOperators: z.int().min(1).max(mostOperators).default(1),
});
export type RouteRules = z.infer<typeof routeRulesSchema>;

/** Rules that allow all peers. */
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
