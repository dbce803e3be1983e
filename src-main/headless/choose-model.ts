/** Which model a chat asks when nobody says. Pure. */
import type { ModelEntry } from '../../src-shared/node-api.ts';

/** The largest model that can answer now: it knows the most. */
export function chooseModel(models: readonly ModelEntry[]): ModelEntry | undefined {
  return models
    .filter((model) => model.available)
    .toSorted((one, other) => other.sizeBytes - one.sizeBytes)
    .at(0);
}

/** The model that goes by this name, alias or id. */
export function findModel(models: readonly ModelEntry[], name: string): ModelEntry | undefined {
  return models.find(
    (model) => model.alias === name || model.name === name || model.manifestId === name,
  );
}
