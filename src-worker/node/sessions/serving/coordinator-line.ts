/**
 * What a stage says to its coordinator: under the names that the coordinator knows, and no more than it reads. Where the
 * channel is broken nothing is said; its end ends the session.
 */
import { AppError } from '../../../../src-shared/errors.ts';
import { type FormerNames, withFormerNames } from '../../../wire/former-names.ts';
import { encodeJson } from '../../../wire/json-body.ts';
import { isFormer, type Speaks } from '../../../wire/speaks.ts';
import type { Channel } from '../../mesh/channels/channel.ts';
import { encodeIntegers } from '../protocol/body-codecs.ts';
import { stageKinds } from '../protocol/message-table.ts';
import type { FailedMessage, Progress } from '../protocol/stage-messages.ts';

/** What may wait for a coordinator to read it, beyond what its channel takes, and what each frame costs beside its body. */
const maxUnreadBytes = 1024 * 1024;
const frameCostBytes = 256;

export class CoordinatorLine {
  readonly #channel: Channel;
  readonly #isFormer: boolean;
  readonly #onUnread: (error: AppError) => void;
  #unreadBytes = 0;
  /** An answer to `alive` is on its way out. */
  #isAnswering = false;

  /** @param onUnread told when the coordinator asks for more and more without reading */
  constructor(channel: Channel, speaks: Speaks | undefined, onUnread: (error: AppError) => void) {
    this.#channel = channel;
    this.#isFormer = isFormer(speaks);
    this.#onUnread = onUnread;
  }

  /** Resolves when the coordinator's channel can take more; never rejects. */
  async tell(kind: number, ...parts: readonly Uint8Array[]): Promise<void> {
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, frameCostBytes);
    this.#unreadBytes += bytes;
    if (this.#unreadBytes > maxUnreadBytes) {
      this.#onUnread(new AppError('over-capacity', 'Its results are not read'));
      return;
    }
    try {
      await this.#channel.send(kind, ...parts);
    } catch {
      // A coordinator that cannot be told is gone.
    } finally {
      this.#unreadBytes -= bytes;
    }
  }

  /** Tells a message of which the members had other names formerly. */
  tellNamed(kind: number, message: object, names: FormerNames): void {
    void this.tell(kind, encodeJson(this.#isFormer ? withFormerNames(message, names) : message));
  }

  /** One answer to `alive` at a time: those to a coordinator that asks and does not read must not pile up. */
  async answerAlive({ taken, pending }: Progress): Promise<void> {
    if (this.#isAnswering) {
      return;
    }
    this.#isAnswering = true;
    try {
      await this.#channel.send(stageKinds.alive, encodeIntegers(taken, pending));
    } catch {
      // As in `tell`.
    } finally {
      this.#isAnswering = false;
    }
  }

  /** The former version takes a code that it does not know for a fault; that a stage is full is none. */
  inItsCodes(failed: FailedMessage): FailedMessage {
    const isUnknown = this.#isFormer && failed.code === 'not-spoken';
    return isUnknown ? { ...failed, code: 'over-capacity' } : failed;
  }
}
