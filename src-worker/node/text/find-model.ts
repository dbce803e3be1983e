/** Which model a request means by a name, and the name under which each is listed. Pure. */
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
    /** In this machine's library. */
    readonly isOwn: boolean;
    /** All its layers are hosted by peers, or this machine hosts some of them, also while they are idle. */
    readonly isInUse: boolean;
  };

/**
 * The one model that `wanted` means. A name that means a model of this machine's own means no other one, so that a
 * question never goes to weights of a stranger that bear the same name; among several those in use are meant.
 *
 * @param models all that are known, also those of which layers are missing now, so that a request in the second
 * before an engine is back waits for it, or is told what is missing
 * @throws AppError `model-not-found`, naming those that can be asked, or those that the name could mean
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
