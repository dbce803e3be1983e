/** Why this machine itself does not serve a model of its own, in words for its owner. Pure. */
import { asSentences } from '../../../src-shared/sentences.ts';

export type OwnPart = {
  /** Whether layers of the model are desired here. */
  readonly isHosted: boolean;
  /** Whether the model is in the library. */
  readonly isHere: boolean;
  /** Why no layers are served now; null while they are. */
  readonly idleReason: string | null;
  /** Whether layers of the model are being loaded. */
  readonly isLoading: boolean;
  /** Why the layers of this model failed to load or were lost; undefined without such a failure. */
  readonly fault: string | undefined;
};

/** The reason as a sentence; undefined where this machine has no part in the model or serves all that it hosts. */
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
