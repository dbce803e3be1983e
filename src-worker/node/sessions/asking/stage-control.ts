/** The coordinator's end of one stage: its control channel, from `open` to `closed`. */
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import { beginsModel } from '../../../../src-shared/layers.ts';
import type { Speaks } from '../../../wire/speaks.ts';
import { withFormerNames } from '../../../wire/former-names.ts';
import type { Frame } from '../../../wire/frame.ts';
import { encodeSegment, type Segment, segmentKinds } from '../../../wire/segment.ts';
import { encodeJson } from '../../../wire/json-body.ts';
import type { Channel, ChannelOpener } from '../../mesh/channels/channel.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import {
  type ChainFailure,
  reportedFailure,
  stageFailure,
  unreachable,
  unspokenBy,
} from './chain-failure.ts';
import { falsehoodIn } from './false-account.ts';
import { encodeIntegers, encodeTokens } from '../protocol/body-codecs.ts';
import { dispatch, type Handlers, limitsAt, stageKinds } from '../protocol/message-table.ts';
import {
  type ClosedMessage,
  type FailedMessage,
  formerOpenNames,
  type OpenedMessage,
  type OpenMessage,
  type Progress,
  silenceLimitMs,
  stageProtocol,
} from '../protocol/stage-messages.ts';

export type StageControlOptions = {
  readonly opener: ChannelOpener;
  readonly route: readonly RouteStage[];
  readonly stage: RouteStage;
  readonly open: OpenMessage;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Called with the body of a sampled token, which only the sampling stage may send. Throws when it is not valid. */
  readonly onSampled: (body: Buffer) => void;
  /** Called at most once, after the stage had opened. */
  readonly onFailed: (failure: ChainFailure) => void;
  /** Called when the stage announces that it leaves soon. */
  readonly onDraining: () => void;
  /** Called when the stage has signed an account that is false; `proof` says what of it, as a sentence. */
  readonly onFalseAccount: (proof: string) => void;
};

export class StageControl {
  readonly #options: StageControlOptions;
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<ClosedMessage | undefined>();
  #channel: Channel | undefined;
  #progress: PromiseWithResolvers<Progress> | undefined;
  #restored: PromiseWithResolvers<void> | undefined;
  #heardAt: number;
  #cachedTokens = 0;
  #speaks: Speaks | undefined;
  #isOpen = false;
  #isOver = false;
  #sampledTokens = 0;
  /** How many tokens can have come to a first stage, from here or from the last stage. */
  #mostTokens: number;

  readonly #whileOpening: Handlers<'opening'> = {
    opened: (message) => this.#onOpened(message),
    failed: (message) => this.#onReported(message),
    closed: (account) => this.#closed.resolve(account),
    alive: (progress) => this.#onProgress(progress),
  };
  readonly #whenOpen: Handlers<'running'> = {
    sampled: (body) => {
      this.#options.onSampled(body);
      this.#sampledTokens += 1;
    },
    failed: (message) => this.#onReported(message),
    closed: (account) => this.#closed.resolve(this.#checked(account)),
    alive: (progress) => this.#onProgress(progress),
    draining: () => this.#options.onDraining(),
    restoreHistory: () => this.#onHistoryRestored(),
  };

  /** Begins to open the stage. Aborting `signal` ends the attempt. */
  constructor(options: StageControlOptions, signal: AbortSignal) {
    this.#options = options;
    this.#heardAt = options.now();
    this.#mostTokens = options.open.lastPosition;
    // The caller may not await this promise, and a rejection must not count as unhandled.
    this.#opened.promise.catch(() => {});
    void this.#connect(signal);
  }

  /** Resolves once the stage has sent `opened`; rejects with a ChainFailure. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** How many tokens of the sequence the stage had cached when it opened. */
  get cachedTokens(): number {
    return this.#cachedTokens;
  }

  /** The protocol extensions that the stage speaks; undefined before it is open, and for the version that does not say. */
  get speaks(): Speaks | undefined {
    return this.#speaks;
  }

  /** Sends tokens to a stage that begins the model. A failure shows as the end of the channel. */
  sendTokens(segment: Omit<Segment, 'detail'>): void {
    // After each piece, the last stage may feed tokens back up to the last position.
    const end = segment.position + segment.count;
    this.#mostTokens += segment.count + Math.max(0, this.#options.open.lastPosition - end);
    void this.#channel?.send(segmentKinds.tokens, ...encodeSegment(segment));
  }

  /**
   * Ends the stage's session in order and resolves with the stage's account, if one comes. The stage may leave the first
   * `retainTokens` tokens of the sequence in its cache.
   */
  finish(retainTokens: number): Promise<ClosedMessage | undefined> {
    if (retainTokens > 0) {
      void this.#channel?.send(stageKinds.retain, encodeIntegers(retainTokens));
    }
    this.abandon();
    return this.#closed.promise;
  }

  /** Ends the stage's session. From now on only its last message, the account, is read. */
  abandon(reason?: ChainFailure): void {
    this.#isOver = true;
    const failure = reason ?? stageFailure(this.#options.stage, 'is not needed any more');
    this.#opened.reject(failure);
    this.#restored?.reject(failure);
    if (this.#channel === undefined) {
      this.#closed.resolve(undefined);
    }
    void this.#channel?.close();
  }

  /** Called every few seconds: sends a heartbeat, and expects one from the stage. */
  beat(now: number): void {
    if (now - this.#heardAt > silenceLimitMs) {
      this.#fail(stageFailure(this.#options.stage, 'went silent'));
    } else {
      void this.#channel?.send(stageKinds.alive);
    }
  }

  /** Asks the stage for its progress; undefined when it does not reply in time. */
  async progress(withinMs: number): Promise<Progress | undefined> {
    const reply = (this.#progress ??= Promise.withResolvers());
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), withinMs);
    void this.#channel?.send(stageKinds.alive);
    try {
      return await Promise.race([reply.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells the stage the tokens generated so far. Resolves once it confirms; rejects with a ChainFailure. */
  restoreHistory(generated: readonly number[]): Promise<void> {
    this.#restored = Promise.withResolvers();
    void this.#channel?.send(stageKinds.restoreHistory, encodeTokens(generated));
    return this.#restored.promise;
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { opener, stage, open } = this.#options;
    try {
      const channel = await opener.openChannel(
        stage.peer,
        stageProtocol,
        limitsAt('opening'),
        signal,
      );
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

  #onFrame(frame: Frame): void {
    this.#heardAt = this.#options.now();
    if (this.#isOver && frame.kind !== stageKinds.closed) {
      return;
    }
    try {
      if (this.#isOpen) {
        void dispatch('running', frame, this.#whenOpen);
      } else {
        void dispatch('opening', frame, this.#whileOpening);
      }
    } catch (error) {
      this.#end(toAppError(error));
    }
  }

  #onOpened({ cachedTokens = 0, speaks }: OpenedMessage): void {
    this.#cachedTokens = cachedTokens;
    this.#speaks = speaks;
    this.#isOpen = true;
    this.#channel?.allow(limitsAt('running'));
    this.#opened.resolve();
  }

  /** The account, without a signed part that is false: a receipt must not vouch for it. */
  #checked(account: ClosedMessage): ClosedMessage {
    const { opener, stage, open, onFalseAccount } = this.#options;
    const falsehood = falsehoodIn(account, {
      peer: stage.peer,
      requester: opener.peer,
      open,
      cachedTokens: this.#cachedTokens,
      sampledTokens: this.#sampledTokens,
      mostTokens: beginsModel(open.layers) ? this.#mostTokens : undefined,
    });
    if (falsehood === undefined) {
      return account;
    }
    onFalseAccount(`The account that it signed ${falsehood}`);
    const { signed: _false, ...rest } = account;
    return rest;
  }

  #onReported(message: FailedMessage): void {
    const { route, stage } = this.#options;
    this.#fail(reportedFailure(route, stage, message));
  }

  #onProgress([taken = 0, pending = 0]: readonly number[]): void {
    this.#progress?.resolve({ taken, pending });
    this.#progress = undefined;
  }

  #onHistoryRestored(): void {
    if (this.#restored === undefined) {
      throw new AppError('protocol-violation', 'It confirmed a history that it was not sent');
    }
    this.#restored.resolve();
  }

  #onClose(error: AppError | undefined): void {
    this.#closed.resolve(undefined);
    if (error?.code === 'protocol-violation') {
      this.#end(error);
    } else {
      this.#fail(stageFailure(this.#options.stage, 'was lost', error));
    }
  }

  /** Ends the stage for an invalid or failing message of its own, and so the chain. */
  #end(error: AppError): void {
    const { stage } = this.#options;
    this.#fail(
      error.code === 'not-spoken'
        ? unspokenBy(stage, error)
        : stageFailure(stage, `broke the protocol: ${error.message}`, error),
    );
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
