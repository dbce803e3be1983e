/** Which models a name means. Requests, settings and commands share this rule. Pure. */

export type NamedModel = {
  readonly manifestId: string;
  readonly name: string;
  /** The name that its owner gave it on this machine. */
  readonly alias: string | null;
  /** Further names that its owner gave it; absent: none. */
  readonly otherAliases?: readonly string[] | undefined;
  readonly quantisation: string;
};

/** At least this many digits from the beginning of an id stand for the id. */
const leastIdDigits = 8;

/**
 * Every model that `wanted` means: by an alias, else by an id or at least its first 8 digits, else by the model's own
 * name, else by that name with its quantisation or the first 8 digits of its id (`Name:Q8_0`, `Name:3f2a9c01`).
 */
export function modelsNamed<Model extends NamedModel>(
  wanted: string,
  models: readonly Model[],
): Model[] {
  const isIdPart = new RegExp(`^[0-9a-f]{${leastIdDigits},64}$`).test(wanted);
  const meanings = [
    (model: Model) => model.alias === wanted || model.otherAliases?.includes(wanted) === true,
    ({ manifestId }: Model) => manifestId === wanted || (isIdPart && manifestId.startsWith(wanted)),
    (model: Model) => model.name === wanted,
    (model: Model) => qualifiedNames(model).includes(wanted),
  ];
  for (const isMeant of meanings) {
    const found = models.filter((model) => isMeant(model));
    if (found.length > 0) {
      return found;
    }
  }
  return [];
}

/** Names for a model, the most readable one first; the last one belongs to this model alone. */
export function namesOf(model: NamedModel): string[] {
  const { alias, name, manifestId } = model;
  return [...(alias === null ? [] : [alias]), name, ...qualifiedNames(model), manifestId];
}

/** The first of its names that means none of the other models. */
export function nameAmong(model: NamedModel, models: readonly NamedModel[]): string {
  const isItsAlone = (name: string): boolean =>
    modelsNamed(name, models).every(({ manifestId }) => manifestId === model.manifestId);
  return namesOf(model).find(isItsAlone) ?? model.manifestId;
}

/** For an error about an ambiguous name: each model, by a name that means it alone. */
export function distinctNames(models: readonly NamedModel[]): string {
  return models.map((model) => `${model.name}:${idDigits(model)}`).join(', ');
}

function qualifiedNames(model: NamedModel): string[] {
  return [`${model.name}:${model.quantisation}`, `${model.name}:${idDigits(model)}`];
}

function idDigits({ manifestId }: NamedModel): string {
  return manifestId.slice(0, leastIdDigits);
}
