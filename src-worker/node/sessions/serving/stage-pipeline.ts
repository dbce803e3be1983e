/**
 * Moves segments through one stage: each is checked, computed by the shard and passed on. A decoded token passes without an
 * await, a copy of its values or a timer; segments of a prompt wait while the engine or a slow link to the next stage cannot
 * take more.
 */
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import {
  decodeSegment,
  encodeSegment,
  type Segment,
  segmentFlags,
  segmentKinds,
} from '../../../wire/segment.ts';
import type { ServingShard, ShardSession } from '../../engines/serving-shard.ts';
import { SequenceGuard } from './sequence-guard.ts';
import type { StageAccount } from './stage-account.ts';
import { channelSession, type OpenMessage, type Progress } from '../protocol/stage-messages.ts';
import { type SegmentResult, SegmentsInFlight } from './segments-in-flight.ts';
import {
  feedsFirst,
  feedsItself,
  isFedByLast,
  samples,
  type StageRole,
  takesTokens,
} from '../../../wire/stage-role.ts';

/** How many segments may be in the engine or on the way to the next stage before more are admitted. */
const unsentLimit = 3;
/** How many outputs may be on the way to the coordinator before more segments are admitted: it need not read each at once. */
const untoldLimit = 64;

export type StagePipelineOptions = {
  readonly open: OpenMessage;
  readonly shard: ServingShard;
  readonly engine: ShardSession;
  readonly account: StageAccount;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Resolves when the coordinator's channel can take more; never rejects. */
  readonly toCoordinator: (kind: number, ...parts: readonly Uint8Array[]) => Promise<void>;
  /** Resolves when the next stage's channel can take more; never rejects. */
  readonly toNext: (kind: number, ...parts: readonly Uint8Array[]) => Promise<void>;
  /** Called when the session cannot continue because its sequence outgrew the cache. */
  readonly onFailed: (error: AppError) => void;
};

export class StagePipeline {
  readonly #options: StagePipelineOptions;
  readonly #guard: SequenceGuard;
  readonly #inFlight = new SegmentsInFlight();
  /** Segments that wait for cells of the cache; at a first stage also segments of the prompt that wait for room. */
  readonly #waiting: Segment[] = [];
  #waitingTokens = 0;
  #hasHistory = false;
  /** Whether the first waiting segment has asked for cells. */
  #isGrowing = false;
  #unsent = 0;
  #untold = 0;
  #room: PromiseWithResolvers<void> | undefined;

  constructor(options: StagePipelineOptions) {
    this.#options = options;
    this.#guard = new SequenceGuard(options.open.cells, options.engine.cachedTokens);
  }

  /**
   * Tokens from the coordinator, for a shard that takes tokens.
   * @throws AppError, as the other takers do, when the session cannot go on
   */
  takeTokens(body: Buffer): void {
    if (!takesTokens(this.#role)) {
      throw new AppError('protocol-violation', 'Tokens came to a stage that takes hidden states');
    }
    const segment = acceptSegment(body, 4);
    this.#take(segment);
    this.#queue(segment);
  }

  /** Takes the history of the answer. Only once, since a grammar has to parse it from its start. */
  takeHistory(tokens: readonly number[]): void {
    if (!samples(this.#role) || this.#hasHistory) {
      throw new AppError(
        'protocol-violation',
        `A history came ${samples(this.#role) ? 'a second time' : 'to a stage that does not sample'}`,
      );
    }
    this.#hasHistory = true;
    this.#options.engine.restoreHistory(tokens);
  }

  /** Takes hidden states from the stage before. While the returned promise is pending, no further ones are read. */
  takeHidden(body: Buffer): Promise<void> | undefined {
    const { shard, engine } = this.#options;
    if (takesTokens(this.#role)) {
      throw new AppError('protocol-violation', 'Hidden states came to a stage that takes tokens');
    }
    const segment = acceptSegment(body, shard.width * 4);
    this.#take(segment);
    this.#queue(segment);
    return this.#hasRoom() && !this.#isGrowing ? engine.congestion() : this.#waitForRoom();
  }

  /** Takes a token that the last stage sampled: the first stage feeds it back, unless the answer is over. */
  takeSampled(body: Buffer): void {
    if (!isFedByLast(this.#role)) {
      throw new AppError('protocol-violation', 'A sampled token came to a stage that is not first');
    }
    const segment = decodeSegment(body, 4);
    if ((segment.flags & segmentFlags.warmUp) !== 0) {
      // A warm-up's token is for the coordinator alone, which may have sent more segments by now.
      return;
    }
    const isExpected =
      segment.session === channelSession &&
      segment.count === 1 &&
      segment.position === this.#guard.next &&
      this.#waiting.length === 0;
    if (!isExpected) {
      throw new AppError(
        'protocol-violation',
        `A sampled token for position ${segment.position} came where ${this.#guard.next} is the next one`,
      );
    }
    if (isFollowed(segment) && segment.position < this.#options.open.lastPosition) {
      this.#take(segment);
      this.#queue({ ...segment, flags: segmentFlags.sample, computeMicros: 0 });
    }
  }

  get #role(): StageRole {
    return this.#options.shard.role;
  }

  /** Takes a result of the shard's engine. */
  takeOutput(output: Segment): void {
    if (samples(this.#role)) {
      this.#passSampled(output);
    } else {
      this.#passHidden(output);
    }
  }

  /** This many tokens, or as many as the cache has if those are fewer. */
  within(tokens: number): number {
    return Math.min(tokens, this.#guard.next);
  }

  /** The session's progress: the position after what came in or was fed back, and how many tokens of it are not out yet. */
  get progress(): Progress {
    return {
      taken: this.#guard.next,
      pending: this.#waitingTokens + this.#inFlight.tokens,
    };
  }

  /** Ends every wait for room. */
  end(): void {
    this.#waiting.length = 0;
    this.#room?.resolve();
  }

  /** Checks a segment and bounds those that wait. A session may go back to earlier positions, so positions are no bound. */
  #take({ position, count }: Segment): void {
    this.#guard.take(position, count);
    const { cells } = this.#options.open;
    if (this.#waitingTokens + this.#inFlight.tokens + count > cells) {
      throw new AppError(
        'protocol-violation',
        `More than ${cells} tokens, the session's length, came before any of them was computed`,
      );
    }
  }

  #queue(segment: Segment): void {
    this.#waiting.push(segment);
    this.#waitingTokens += segment.count;
    this.#admitWaiting();
  }

  #admitWaiting(): void {
    while (this.#mayAdmit()) {
      const [segment] = this.#waiting;
      if (segment === undefined) {
        return;
      }
      const growth = this.#options.engine.claim(segment.position + segment.count);
      if (growth === undefined) {
        this.#waiting.shift();
        this.#waitingTokens -= segment.count;
        this.#admit(segment);
      } else {
        void this.#grow(growth);
      }
    }
  }

  #mayAdmit(): boolean {
    // Hidden states wait at the stage before, which is not read while there is no room.
    return !this.#isGrowing && (!takesTokens(this.#role) || this.#hasRoom());
  }

  async #grow(growth: Promise<void>): Promise<void> {
    this.#isGrowing = true;
    try {
      await growth;
    } catch (error) {
      this.#options.onFailed(toAppError(error));
      return;
    }
    this.#isGrowing = false;
    this.#goOn();
  }

  #admit(segment: Segment): void {
    const { engine, account, now } = this.#options;
    account.addTokens(segment.count);
    this.#inFlight.add(segment, now());
    if (!samples(this.#role)) {
      this.#unsent += 1;
    }
    engine.send(segment);
  }

  #passHidden(output: Segment): void {
    const landed = this.#inFlight.takeComputed(output);
    this.#count(landed);
    const parts = encodeSegment({ ...output, session: channelSession });
    const sent = this.#options.toNext(segmentKinds.hidden, ...parts);
    if (landed.isComplete) {
      void sent.then(this.#onSent);
    }
  }

  #passSampled(output: Segment): void {
    const { open, engine, account, toCoordinator, toNext } = this.#options;
    this.#count(this.#inFlight.takeSampled(output));
    const parts = encodeSegment({ ...output, session: channelSession });
    if (feedsFirst(this.#role)) {
      void toNext(segmentKinds.sampled, ...parts);
    }
    this.#untold += 1;
    void toCoordinator(segmentKinds.sampled, ...parts).then(this.#onTold);
    if (feedsItself(this.#role) && isFollowed(output) && output.position < open.lastPosition) {
      this.#guard.goOnAt(output.position);
      if (output.position < (engine.selfFeedUntil ?? 0)) {
        // The engine feeds this token back by itself.
        account.addTokens(1);
      } else {
        this.#queue({ ...output, flags: segmentFlags.sample, computeMicros: 0 });
      }
    }
  }

  #count({ computeMs, takenAt }: SegmentResult): void {
    const { account, now } = this.#options;
    if (takenAt !== undefined) {
      account.addDecoded(computeMs, now() - takenAt);
    } else if (feedsItself(this.#role)) {
      account.addDecoded(computeMs, undefined);
    } else {
      account.addPrefill(computeMs);
    }
  }

  readonly #onSent = (): void => {
    this.#unsent -= 1;
    this.#goOn();
  };

  readonly #onTold = (): void => {
    this.#untold -= 1;
    this.#goOn();
  };

  #goOn(): void {
    this.#admitWaiting();
    if (this.#hasRoom() && !this.#isGrowing) {
      this.#room?.resolve();
      this.#room = undefined;
    }
  }

  #hasRoom(): boolean {
    return this.#unsent < unsentLimit && this.#untold < untoldLimit;
  }

  #waitForRoom(): Promise<void> {
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }
}

/** Whether a sampled token is fed back, so that the next one follows without a further segment from the coordinator. */
function isFollowed({ flags }: Segment): boolean {
  return (flags & (segmentFlags.endOfGeneration | segmentFlags.warmUp)) === 0;
}

/** Decodes a segment from another peer. @throws AppError `protocol-violation` for an output or a wrong session */
function acceptSegment(body: Buffer, bytesPerToken: number): Segment {
  const segment = decodeSegment(body, bytesPerToken);
  if (segment.session !== channelSession) {
    throw new AppError(
      'protocol-violation',
      `A segment for session ${segment.session} came on a channel that serves session ${channelSession} alone`,
    );
  }
  if (segment.detail.byteLength > 0 || (segment.flags & segmentFlags.endOfGeneration) !== 0) {
    throw new AppError(
      'protocol-violation',
      'A segment came with a detail or flags that only results have',
    );
  }
  // A flag of a later version means nothing here, and must not be passed on as if this stage had followed it.
  const known = segmentFlags.sample | segmentFlags.warmUp | segmentFlags.oneByOne;
  return (segment.flags & ~known) === 0 ? segment : { ...segment, flags: segment.flags & known };
}
