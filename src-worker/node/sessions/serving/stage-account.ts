/** The cost of one session at one stage, for the requester's receipt and the owner's usage table. */
import { stageAccountKind } from '../../../../src-shared/receipt/stage-account.ts';
import { toText } from '../../../../src-shared/signing/document-text.ts';
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import { sealDocument } from '../../../../src-shared/signing/signed-document.ts';
import { Median } from '../../base/median.ts';
import type { ClosedMessage, OpenMessage } from '../protocol/stage-messages.ts';

/** What a signed account says beside the numbers: for which requester, and for which part of the sequence. */
export type AccountedWork = {
  readonly open: Pick<OpenMessage, 'session' | 'manifestId' | 'layers'>;
  readonly requester: string;
  /** The position of the first token that was not cached, and the position after the last token. */
  readonly fromPosition: number;
  readonly toPosition: number;
};

export class StageAccount {
  readonly #computeMs = new Median();
  readonly #turnaroundMs = new Median();
  #tokens = 0;
  #totalComputeMs = 0;

  /** How many tokens of prompt and answer went through the shard's layers. */
  get tokens(): number {
    return this.#tokens;
  }

  get totalComputeMs(): number {
    return this.#totalComputeMs;
  }

  addTokens(count: number): void {
    this.#tokens += count;
  }

  addPrefill(computeMs: number): void {
    this.#totalComputeMs += computeMs;
  }

  /** Adds one decoded token. `turnaroundMs` is undefined where the engine fed the token back by itself. */
  addDecoded(computeMs: number, turnaroundMs: number | undefined): void {
    this.#totalComputeMs += computeMs;
    this.#computeMs.add(computeMs);
    if (turnaroundMs !== undefined) {
      this.#turnaroundMs.add(turnaroundMs);
    }
  }

  /** The account with this node's signature, made once, when the session ends. `at`: milliseconds since 1970. */
  toSignedMessage(work: AccountedWork, key: SigningKey, at: number): ClosedMessage {
    const { open, requester, fromPosition, toPosition } = work;
    const { session, manifestId, layers } = open;
    const account = {
      session,
      requester,
      manifestId,
      firstLayer: layers.firstLayer,
      lastLayer: layers.lastLayer,
      fromPosition,
      toPosition,
      tokens: this.#tokens,
      computeMs: Math.round(this.#totalComputeMs),
      at,
    };
    const { bytes } = sealDocument(stageAccountKind, account, key);
    return { ...this.toMessage(), signed: toText(bytes) };
  }

  toMessage(): ClosedMessage {
    return {
      tokens: this.#tokens,
      computeMs: this.#computeMs.value,
      turnaroundMs: this.#turnaroundMs.value,
    };
  }
}
