/** What this machine itself has to do with it when a model of its own cannot answer, in words for its owner. Pure. */
import { asSentences } from '../../../src-shared/sentences.ts';

export type OwnPart = {
  /** Layers of the model are to be served here. */
  readonly isHosted: boolean;
  /** The model is in the library. */
  readonly isHere: boolean;
  /** Why no layers are served now; null while they are. */
  readonly idleReason: string | null;
  /** Layers of the model are on their way into the memory. */
  readonly isLoading: boolean;
  /** Why the layers of this very model could not be loaded, or are gone; undefined without such a failure. */
  readonly fault: string | undefined;
};

/** undefined where this machine has no part in it. Nothing is told of other models. */
export function whyNotHere(part: OwnPart): string | undefined {
  const { isHosted, isHere, idleReason, isLoading, fault } = part;
  if (!isHosted) {
    return isHere
      ? 'This machine has the model in its library, but does not host it; host it here to have it answer.'
      : undefined;
  }
  const reasons = [...(idleReason === null ? [] : [idleReason]), ...(fault ? [fault] : [])];
  if (reasons.length > 0) {
    return asSentences(...reasons);
  }
  return isLoading
    ? 'Its layers are on this machine and not loaded yet; try again in a moment.'
    : undefined;
}
