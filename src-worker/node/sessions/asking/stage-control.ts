/** The coordinator's end of one stage: its control channel, from `open` to `closed`. */
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import { withFormerNames } from '../../../wire/former-names.ts';
import type { Frame } from '../../../wire/frame.ts';
import { decodeJson, encodeJson } from '../../../wire/json-body.ts';
import type { Channel, ChannelOpener } from '../../mesh/channels/channel.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import { type ChainFailure, reportedFailure, stageFailure, unreachable } from './chain-failure.ts';
import { answerLimits } from '../protocol/stage-limits.ts';
import {
  type ClosedMessage,
  closedMessageSchema,
  encodeHistory,
  failedMessageSchema,
  formerOpenNames,
  retainBytes,
  openedMessageSchema,
  type OpenMessage,
  type Progress,
  progressBytes,
  silenceLimitMs,
  stageKinds,
  stageProtocol,
} from '../protocol/stage-messages.ts';

export type StageControlOptions = {
  readonly opener: ChannelOpener;
  readonly route: readonly RouteStage[];
  readonly stage: RouteStage;
  readonly open: OpenMessage;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** The body of a sampled token; only the stage that samples may send any. Throws when it makes no sense. */
  readonly onSampled: (body: Buffer) => void;
  /** Called at most once, after the stage was open. */
  readonly onFailed: (failure: ChainFailure) => void;
  /** The stage will be gone soon. */
  readonly onDraining: () => void;
};

export class StageControl {
  readonly #options: StageControlOptions;
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<ClosedMessage | undefined>();
  #channel: Channel | undefined;
  #progress: PromiseWithResolvers<Progress> | undefined;
  #learnt: PromiseWithResolvers<void> | undefined;
  #heardAt: number;
  #cachedTokens = 0;
  #isOpen = false;
  #isOver = false;

  /** Begins to open the stage; `signal` ends the attempt. */
  constructor(options: StageControlOptions, signal: AbortSignal) {
    this.#options = options;
    this.#heardAt = options.now();
    // Only one of the two is awaited at any time.
    this.#opened.promise.catch(() => {});
    void this.#connect(signal);
  }

  /** Resolves once the stage says that it is ready; rejects with a ChainFailure. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** Tokens of the sequence that the stage had when it was opened. */
  get cachedTokens(): number {
    return this.#cachedTokens;
  }

  /** Sends one work body to the stage. A failure shows as the end of the channel. */
  send(kind: number, ...parts: readonly Uint8Array[]): void {
    void this.#channel?.send(kind, ...parts);
  }

  /**
   * Ends the stage's session in order and resolves with its own account, if one comes. The stage may leave so many tokens
   * of the sequence in its cache.
   */
  finish(keptTokens: number): Promise<ClosedMessage | undefined> {
    if (keptTokens > 0) {
      const body = Buffer.alloc(retainBytes);
      body.writeUInt32LE(keptTokens);
      void this.#channel?.send(stageKinds.retain, body);
    }
    this.abandon();
    return this.#closed.promise;
  }

  /** Ends the stage's session; whatever it says from now on is of no interest but its last word. */
  abandon(reason?: ChainFailure): void {
    this.#isOver = true;
    const failure = reason ?? stageFailure(this.#options.stage, 'is not needed any more');
    this.#opened.reject(failure);
    this.#learnt?.reject(failure);
    if (this.#channel === undefined) {
      this.#closed.resolve(undefined);
    }
    void this.#channel?.close();
  }

  /** Called every few seconds: tells the stage that this end is alive, and expects to hear the same. */
  beat(now: number): void {
    if (now - this.#heardAt > silenceLimitMs) {
      this.#fail(stageFailure(this.#options.stage, 'went silent'));
    } else {
      void this.#channel?.send(stageKinds.alive);
    }
  }

  /** Asks how far the stage has come; undefined when it does not say so in time. */
  async progress(withinMs: number): Promise<Progress | undefined> {
    const answer = (this.#progress ??= Promise.withResolvers());
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), withinMs);
    void this.#channel?.send(stageKinds.alive);
    try {
      return await Promise.race([answer.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells the stage what was generated so far. Resolves once it knows; rejects with a ChainFailure. */
  restoreHistory(generated: readonly number[]): Promise<void> {
    this.#learnt = Promise.withResolvers();
    void this.#channel?.send(stageKinds.restoreHistory, encodeHistory(generated));
    return this.#learnt.promise;
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { opener, stage, open } = this.#options;
    try {
      const channel = await opener.openChannel(stage.peer, stageProtocol, answerLimits, signal);
      this.#channel = channel;
      this.#heardAt = this.#options.now();
      channel.onFrame((frame) => this.#onFrame(frame));
      channel.onClose((error) => this.#onClose(error));
      if (this.#isOver) {
        void channel.close();
        return;
      }
      const onAbort = (): void => this.abandon(stageFailure(stage, 'did not open in time'));
      const onSettled = (): void => signal.removeEventListener('abort', onAbort);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#opened.promise.then(onSettled, onSettled);
      void channel.send(stageKinds.open, encodeJson(withFormerNames(open, formerOpenNames)));
      if (signal.aborted) {
        onAbort();
      }
    } catch (error) {
      this.abandon(unreachable(stage, toAppError(error)));
    }
  }

  #onFrame({ kind, body }: Frame): void {
    this.#heardAt = this.#options.now();
    try {
      if (kind === stageKinds.closed) {
        this.#closed.resolve(decodeJson(closedMessageSchema, body, "A stage's account"));
      } else if (!this.#isOver) {
        this.#onWord(kind, body);
      }
    } catch (error) {
      this.#blame(toAppError(error));
    }
  }

  #onWord(kind: number, body: Buffer): void {
    const { route, stage, onSampled } = this.#options;
    if (kind === stageKinds.sampled && this.#isOpen) {
      onSampled(body);
    } else if (kind === stageKinds.opened && !this.#isOpen) {
      this.#cachedTokens =
        decodeJson(openedMessageSchema, body, "A stage's welcome").cachedTokens ?? 0;
      this.#isOpen = true;
      this.#opened.resolve();
    } else if (kind === stageKinds.failed) {
      this.#fail(reportedFailure(route, stage, decodeJson(failedMessageSchema, body, 'A refusal')));
    } else if (kind === stageKinds.restoreHistory && this.#learnt !== undefined) {
      this.#learnt.resolve();
    } else if (kind === stageKinds.draining && this.#isOpen) {
      this.#options.onDraining();
    } else if (kind === stageKinds.alive && body.byteLength === progressBytes) {
      const progress = { taken: body.readUInt32LE(0), pending: body.readUInt32LE(4) };
      this.#progress?.resolve(progress);
      this.#progress = undefined;
    } else {
      throw new AppError('protocol-violation', `a frame of kind ${kind} came out of turn`);
    }
  }

  #onClose(error: AppError | undefined): void {
    this.#closed.resolve(undefined);
    if (error?.code === 'protocol-violation') {
      this.#blame(error);
    } else {
      this.#fail(stageFailure(this.#options.stage, 'was lost', error));
    }
  }

  #blame(error: AppError): void {
    const { stage } = this.#options;
    this.#fail(stageFailure(stage, `broke the protocol: ${error.message}`, error));
  }

  #fail(failure: ChainFailure): void {
    if (this.#isOver) {
      return;
    }
    this.abandon(failure);
    if (this.#isOpen) {
      this.#options.onFailed(failure);
    }
  }
}
