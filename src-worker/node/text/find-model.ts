/** Which model a request means by a name. */
import { AppError } from '../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';

export type ChatModel = ModelSummary & {
  /** The name that its owner gave it on this machine. */
  readonly alias: string | null;
};

/**
 * The model with this alias, manifest id or name; in this order when several have.
 *
 * @param complete models of which all layers are hosted
 * @param known also those of which layers are missing now: found only where no complete one is, so that a request
 * in the second before an engine is back waits for it, or is told what is missing
 * @throws AppError `model-not-found`, naming those that can be asked
 */
export function findModel(
  wanted: string,
  complete: readonly ChatModel[],
  known: readonly ChatModel[],
): ChatModel {
  const found = named(wanted, complete) ?? named(wanted, known);
  if (found === undefined) {
    const names = complete.map(({ alias, name }) => alias ?? name).join(', ');
    throw new AppError(
      'model-not-found',
      `No model called "${wanted}" can be asked now. ${names === '' ? 'There are none yet; import or host one.' : `There are: ${names}.`}`,
    );
  }
  return found;
}

function named(wanted: string, models: readonly ChatModel[]): ChatModel | undefined {
  return (
    models.find(({ alias }) => alias === wanted) ??
    models.find(({ manifestId }) => manifestId === wanted) ??
    models.find(({ name }) => name === wanted)
  );
}
