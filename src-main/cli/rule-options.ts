/** Options that say which peers an answer may use. */
import { type Command, InvalidArgumentError } from 'commander';
import { type RouteRules, routeRulesSchema } from '../../src-shared/route-rules.ts';
import { argumentErrors, helpWords } from '../../src-shared/words/help.ts';

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
    .option('--pool', helpWords.rules.pool)
    .option('--own-machines', helpWords.rules.ownMachines)
    .option('--region <country>', helpWords.rules.region, parseRegion)
    .option('--outer-layers-here', helpWords.rules.outerLayersHere)
    .option('--price <n>', helpWords.rules.price, parsePrice)
    .option('--operators <n>', helpWords.rules.operators, parseOperators);
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
    throw new InvalidArgumentError(argumentErrors.country);
  }
  return named.data;
}

function parsePrice(text: string): number {
  const price = priceCeiling.safeParse(text.trim() === '' ? NaN : Number(text));
  if (!price.success || price.data === undefined) {
    throw new InvalidArgumentError(argumentErrors.numberFrom(0));
  }
  return price.data;
}

function parseOperators(text: string): number {
  const count = leastOperators.safeParse(Number(text));
  if (!count.success) {
    throw new InvalidArgumentError(argumentErrors.number(1, 4));
  }
  return count.data;
}
