/** Finds the model that a request names, and gives each model the name under which it is listed. Pure. */
import { AppError } from '../../../src-shared/errors.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import {
  distinctNames,
  modelsNamed,
  type NamedModel,
  namesOf,
} from '../../../src-shared/model-names.ts';

export type ChatModel = ModelSummary &
  NamedModel & {
    /** The model is in this machine's library. */
    readonly isOwn: boolean;
    /** Peers host all layers of the model, or this machine hosts some of them, also while they are idle. */
    readonly isInUse: boolean;
  };

/**
 * The model that `wanted` names. Models of this machine's library come before models of peers, so that a question never
 * goes to a stranger's weights with the same name; then models in use come before others.
 *
 * @param models all known models, also models with missing layers, so that a request in the second before an engine
 * has restarted waits for it, or fails with the reason why layers are missing
 * @throws AppError `model-not-found`, naming the models that can answer, or those that the name could mean
 */
export function findModel(wanted: string, models: readonly ChatModel[]): ChatModel {
  const [found, ...others] = meant(wanted, models);
  if (found === undefined) {
    const names = models.filter(({ isInUse }) => isInUse).map((model) => modelId(model, models));
    throw new AppError(
      'model-not-found',
      `No model called "${wanted}" can be asked now. ${names.length === 0 ? 'There are none yet; import or host one.' : `There are: ${names.join(', ')}.`}`,
    );
  }
  if (others.length > 0) {
    throw new AppError(
      'model-not-found',
      `"${wanted}" means several models. Ask for one of: ${distinctNames([found, ...others])}.`,
    );
  }
  return found;
}

/** The shortest name under which `findModel` finds this model and no other. */
export function modelId(model: ChatModel, models: readonly ChatModel[]): string {
  const isUnique = (name: string): boolean => {
    const [found, ...others] = meant(name, models);
    return found?.manifestId === model.manifestId && others.length === 0;
  };
  return namesOf(model).find(isUnique) ?? model.manifestId;
}

function meant(wanted: string, models: readonly ChatModel[]): ChatModel[] {
  const own = modelsNamed(
    wanted,
    models.filter(({ isOwn }) => isOwn),
  );
  const named =
    own.length > 0
      ? own
      : modelsNamed(
          wanted,
          models.filter(({ isOwn }) => !isOwn),
        );
  const inUse = named.filter(({ isInUse }) => isInUse);
  return inUse.length > 0 ? inUse : named;
}
