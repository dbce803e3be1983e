/** Which model a chat asks when nobody says. Pure. */
import { modelsNamed } from '../../src-shared/model-names.ts';
import type { ModelEntry } from '../../src-shared/node-api.ts';

/** The largest model that can answer now: it knows the most. */
export function chooseModel(models: readonly ModelEntry[]): ModelEntry | undefined {
  return models
    .filter((model) => model.available)
    .toSorted((one, other) => other.sizeBytes - one.sizeBytes)
    .at(0);
}

/** The model that goes by this name, alias or id; one of this machine's own goes before others of its name. */
export function findModel(models: readonly ModelEntry[], name: string): ModelEntry | undefined {
  const named = modelsNamed(name, models);
  return named.find(({ isKept }) => isKept === true) ?? named[0];
}
