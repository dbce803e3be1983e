/** Which model a command means. Pure. */
import { AppError } from '../../src-shared/errors.ts';
import { distinctNames, modelsNamed } from '../../src-shared/model-names.ts';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import { commandErrors } from '../../src-shared/words/command-line.ts';

/** The largest model that can answer now; a larger model usually answers better. */
export function chooseModel(models: readonly ModelEntry[]): ModelEntry | undefined {
  return models
    .filter((model) => model.available)
    .toSorted((one, other) => other.sizeBytes - one.sizeBytes)
    .at(0);
}

/**
 * The model that goes by this name, alias or id. One of this machine's own goes before others of its name, and among
 * several one that can answer now.
 * @throws AppError `model-not-found` where the name means several all the same
 */
export function findModel(models: readonly ModelEntry[], name: string): ModelEntry | undefined {
  const named = modelsNamed(name, models);
  const own = named.filter(({ isStored }) => isStored === true);
  const meant = own.length > 0 ? own : named;
  const ready = meant.filter(({ available }) => available);
  const [found, ...others] = ready.length > 0 ? ready : meant;
  if (others.length > 0) {
    throw new AppError('model-not-found', commandErrors.severalModels(name, distinctNames(meant)));
  }
  return found;
}
