/** Options that say whom an answer may use. */
import { type Command, InvalidArgumentError } from 'commander';
import { type RouteRules, routeRulesSchema } from '../../src-shared/route-rules.ts';

export type RuleFlags = {
  readonly pool?: boolean;
  readonly ownMachines?: boolean;
  readonly region?: string[];
  readonly outerLayersHere?: boolean;
  readonly price?: number;
  readonly operators?: number;
};

const { regions, priceCeiling, leastOperators } = routeRulesSchema.shape;

export function addRules(command: Command): Command {
  return command
    .option('--pool', 'only members of your pools')
    .option('--own-machines', 'only your own machines')
    .option('--region <country>', 'only peers there, such as DE or EU (repeatable)', parseRegion)
    .option('--outer-layers-here', 'the first and last layer here: peers see no text')
    .option('--price <n>', 'highest price per unit of work', parsePrice)
    .option(
      '--operators <n>',
      'at least so many separate operators share the layers',
      parseOperators,
    );
}

/** undefined where no rule was given. */
export function rulesOf(flags: RuleFlags): RouteRules | undefined {
  const given = {
    poolOnly: flags.pool,
    ownMachinesOnly: flags.ownMachines,
    regions: flags.region,
    keepOuterLayersAtHome: flags.outerLayersHere,
    priceCeiling: flags.price,
    leastOperators: flags.operators,
  };
  return Object.values(given).every((value) => value === undefined)
    ? undefined
    : routeRulesSchema.parse(given);
}

function parseRegion(text: string, earlier: readonly string[] = []): string[] {
  const named = regions.safeParse([...earlier, text.toUpperCase()]);
  if (!named.success) {
    throw new InvalidArgumentError('It is a country by its two letters, such as DE, or EU.');
  }
  return named.data;
}

function parsePrice(text: string): number {
  const price = priceCeiling.safeParse(text.trim() === '' ? NaN : Number(text));
  if (!price.success || price.data === undefined) {
    throw new InvalidArgumentError('It is a number from 0 on.');
  }
  return price.data;
}

function parseOperators(text: string): number {
  const count = leastOperators.safeParse(Number(text));
  if (!count.success) {
    throw new InvalidArgumentError('It is a number from 1 to 4.');
  }
  return count.data;
}
