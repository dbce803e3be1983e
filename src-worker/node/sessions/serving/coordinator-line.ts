/**
 * Sends a stage's messages to its coordinator, under the names that the coordinator's version knows, and bounds what waits
 * to be read. A broken channel is not reported here: its end ends the session anyway.
 */
import { AppError } from '../../../../src-shared/errors.ts';
import { type FormerNames, withFormerNames } from '../../../wire/former-names.ts';
import { encodeJson } from '../../../wire/json-body.ts';
import { isFormer, type Speaks } from '../../../wire/speaks.ts';
import type { Channel } from '../../mesh/channels/channel.ts';
import { encodeIntegers } from '../protocol/body-codecs.ts';
import { stageKinds } from '../protocol/message-table.ts';
import type { FailedMessage, Progress } from '../protocol/stage-messages.ts';

/** Most bytes that may wait for the coordinator to read them, beyond the channel's own buffer, and a frame's cost beside its body. */
const maxUnreadBytes = 1024 * 1024;
const frameCostBytes = 256;

export class CoordinatorLine {
  readonly #channel: Channel;
  readonly #isFormer: boolean;
  readonly #onUnread: (error: AppError) => void;
  #unreadBytes = 0;
  /** A reply to `alive` is on its way out. */
  #isReplying = false;

  /** @param onUnread called when the coordinator asks for more and more without reading */
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
      // The coordinator is gone, which the end of its channel tells the session.
    } finally {
      this.#unreadBytes -= bytes;
    }
  }

  /** Sends a message whose members have other names in the former version. */
  tellNamed(kind: number, message: object, names: FormerNames): void {
    void this.tell(kind, encodeJson(this.#isFormer ? withFormerNames(message, names) : message));
  }

  /** Replies to `alive`, one reply at a time: replies to a coordinator that asks without reading must not pile up. */
  async replyAlive({ taken, pending }: Progress): Promise<void> {
    if (this.#isReplying) {
      return;
    }
    this.#isReplying = true;
    try {
      await this.#channel.send(stageKinds.alive, encodeIntegers(taken, pending));
    } catch {
      // As in `tell`.
    } finally {
      this.#isReplying = false;
    }
  }

  /** The former version takes a code that it does not know for a fault of this node; it gets a code that it knows. */
  inItsCodes(failed: FailedMessage): FailedMessage {
    const isUnknown = this.#isFormer && failed.code === 'not-spoken';
    return isUnknown ? { ...failed, code: 'over-capacity' } : failed;
  }
}
