/**
 * The engine's loop: takes waiting segments of all sessions, decodes them as one batch, sends the results, and lets
 * the event loop read new frames before the next batch, or is idle where it may not compute all the time. When
 * nothing waits, nothing runs.
 */
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { type Sampling, samplingSchema } from '../../src-shared/model.ts';
import { type Segment, segmentFlags } from '../wire/segment.ts';
import type { Llama } from './llama/llama.ts';
import { PromptSpeed } from './prompt-speed.ts';
import { DutyCycle } from './duty-cycle.ts';
import { Sampler, SamplingSpace } from './sampling/sampler.ts';
import { mostDecodeTokens, planBatch } from './scheduler.ts';
import type { Session } from './session.ts';
import { SessionTable } from './session-table.ts';
import type { Run } from './llama/batch-buffer.ts';
import type { Shard } from './llama/shard.ts';
import {
  hiddenOutput,
  isOneByOne,
  mostMicros,
  sampledOutput,
  segmentOfSampled,
} from './segment-output.ts';
import { checkHidden, checkPositions, checkTokens } from './segment-check.ts';
import { feedsItself } from '../wire/stage-role.ts';

export type DecoderEvents = {
  /** Called with the output for the node: hidden states, or a token sampled after the model's last layer. */
  readonly onOutput: (segment: Segment, kind: 'hidden' | 'sampled') => void;
  /** Called when a session has failed and was closed. */
  readonly onSessionFailed: (session: number, error: AppError) => void;
  /** Returns a promise to wait for before more output is made, or undefined. */
  readonly congestion: () => Promise<void> | undefined;
  /** Called after each batch, when less input waits. */
  readonly onProgress: () => void;
  /** Called with the number of tokens when a batch begins, and with 0 when it has ended. */
  readonly onBatch?: (tokens: number) => void;
};

export type OpenSession = {
  readonly session: number;
  readonly sampling?: Sampling | undefined;
  /** How many of the shard's layers the session uses, from the first one on; absent: all. */
  readonly layers?: number | undefined;
  readonly generated: readonly number[];
  readonly selfFeedUntil?: number | undefined;
  readonly resume?: { readonly session: number; readonly tokens: number } | undefined;
};

/** How long after its last token a session counts as answering: its next token may be in other shards. */
const answeringMilliseconds = 1000;

/** The part of a session's first segment that is in the batch; `isLast`: nothing of the segment is left. */
type Piece = { readonly session: Session; readonly run: Run; readonly isLast: boolean };

export class Decoder {
  readonly #llama: Llama;
  readonly #shard: Shard;
  readonly #events: DecoderEvents;
  readonly #now: () => number;
  readonly #sessions: SessionTable;
  /** Undefined in shards that do not sample. */
  readonly #space: SamplingSpace | undefined;
  readonly #pace = new PromptSpeed();
  readonly #dutyCycle: DutyCycle;
  #isScheduled = false;

  /** @param now Monotonic time, in milliseconds. */
  constructor(
    llama: Llama,
    shard: Shard,
    maxSessions: number,
    events: DecoderEvents,
    now: () => number = () => performance.now(),
  ) {
    this.#llama = llama;
    this.#shard = shard;
    this.#events = events;
    this.#now = now;
    this.#sessions = new SessionTable(maxSessions);
    this.#dutyCycle = new DutyCycle(now);
    this.#space = shard.samples ? new SamplingSpace(llama, shard.model) : undefined;
  }

  /**
   * Opens a session. Returns how many tokens its cache has already: all of a resumed prefix, or none.
   * @throws AppError `request-invalid` or `over-capacity`
   */
  open(options: OpenSession): number {
    const all = this.#shard.model.layers;
    const { session: id, resume, selfFeedUntil, layers = all } = options;
    if (layers > all) {
      throw new AppError('request-invalid', `This shard has ${all} layers, not ${layers}.`);
    }
    if (selfFeedUntil !== undefined && (!feedsItself(this.#shard.role) || layers < all)) {
      throw new AppError(
        'request-invalid',
        'Only a whole model can feed itself; here tokens come from another shard.',
      );
    }
    this.#sessions.checkRoom(id, resume?.session);
    const sampling = options.sampling ?? samplingSchema.parse({});
    const sampler =
      this.#space === undefined || layers < all
        ? undefined
        : new Sampler(this.#space, sampling, options.generated);
    // A prefix of other layers is of no use, so only one of the same layers is resumed.
    const isSame = resume !== undefined && this.#sessions.cachedLayers(resume.session) === layers;
    const resumed = isSame ? resume.tokens : 0;
    const session = this.#sessions.add({ id, sampler, layers, selfFeedUntil }, resume?.session);
    if (session.length > 0) {
      this.#shorten(session, session.length < resumed ? 0 : resumed);
    }
    return session.length;
  }

  /** Ends a session, but leaves its first tokens in the cache. Does nothing when it has ended already. */
  retain(id: number, tokens: number): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) {
      session.sampler?.dispose();
      this.#shorten(session, Math.min(tokens, session.length));
      this.#sessions.retain(session);
    }
  }

  /**
   * Replaces the history of generated tokens of a session's sampler. A history that is not valid ends the session. Does
   * nothing when the session has ended already.
   */
  restoreHistory(id: number, generated: readonly number[]): void {
    const session = this.#sessions.get(id);
    try {
      session?.sampler?.restoreHistory(generated);
    } catch (error) {
      this.fail(id, toAppError(error));
    }
  }

  /** Truncates the session's cache. Models whose cache cannot be truncated lose all of it. */
  #shorten(session: Session, tokens: number): void {
    this.#shard.truncate(session.slot, tokens);
    const isShort = this.#shard.lengthOf(session.slot) === tokens;
    if (!isShort) {
      this.#shard.truncate(session.slot, 0);
    }
    session.length = isShort ? tokens : 0;
  }

  /** Ends a session, or its cached prefix, and frees its cache before the next batch. Does nothing when it has ended already. */
  close(id: number): void {
    const prefixSlot = this.#sessions.forget(id);
    if (prefixSlot !== undefined) {
      this.#shard.truncate(prefixSlot, 0);
    }
    const session = this.#sessions.remove(id);
    if (session !== undefined) {
      this.#shard.truncate(session.slot, 0);
      session.sampler?.dispose();
    }
  }

  /** Takes a segment from the node. An invalid one ends its session; one for a session that has ended is dropped. */
  push(segment: Segment): void {
    const session = this.#sessions.get(segment.session);
    if (session === undefined) {
      if (this.#sessions.wasNeverOpen(segment.session)) {
        const error = new AppError('protocol-violation', `Session ${segment.session} is not open.`);
        this.#events.onSessionFailed(segment.session, error);
      }
      return;
    }
    try {
      checkPositions(segment, this.#shard.contextLength);
      if (this.#shard.takesTokens) {
        checkTokens(segment, this.#shard.model.vocabularySize);
      } else {
        checkHidden(segment);
      }
      session.push(segment);
      this.#schedule();
    } catch (error) {
      this.#fail(session, error);
    }
  }

  /** Ends a session and reports the error to the node. */
  fail(id: number, error: AppError): void {
    this.close(id);
    this.#events.onSessionFailed(id, error);
  }

  /** Sets the share of the time in which to compute, above 0 up to 1. Idle time delays only the next batch. */
  setWorkShare(share: number): void {
    this.#dutyCycle.setShare(share);
  }

  /** Bytes of waiting segments. */
  get queuedBytes(): number {
    return this.#sessions.all.reduce((sum, session) => sum + session.queuedBytes, 0);
  }

  /** Ends all sessions without events. */
  dispose(): void {
    this.#dutyCycle.dispose();
    for (const { id } of this.#sessions.all) {
      this.close(id);
    }
  }

  #schedule(): void {
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => this.#turn());
    }
  }

  #turn(): void {
    this.#isScheduled = false;
    const hold = this.#events.congestion() ?? this.#dutyCycle.due();
    if (hold !== undefined) {
      void hold.then(() => this.#schedule());
      return;
    }
    const pieces = this.#collect();
    if (pieces.length > 0) {
      const start = this.#now();
      this.#decode(pieces, start);
      this.#dutyCycle.computedSince(start);
      this.#events.onProgress();
    }
    if (this.#sessions.all.some((session) => session.next !== undefined)) {
      this.#schedule();
    }
  }

  /** Chooses the next batch and truncates the caches of its sessions to where their segments start. */
  #collect(): Piece[] {
    const now = this.#now();
    const sessions = this.#sessions.all;
    const waiting = sessions.flatMap(({ id, layers, next }) =>
      next === undefined
        ? []
        : [
            {
              session: id,
              tokens: next.segment.count - next.done,
              layers,
              isOneByOne: isOneByOne(next.segment),
            },
          ],
    );
    const prompting = new Set(
      waiting.filter(({ tokens }) => tokens > mostDecodeTokens).map(({ session }) => session),
    );
    const plan = planBatch(waiting, {
      batchSize: this.#shard.batchSize,
      promptTokens: this.#pace.tokens,
      answering: sessions.some(
        ({ id, answeredAt }) => now - answeredAt < answeringMilliseconds && !prompting.has(id),
      ),
    });
    let used = this.#sessions.cachedTokens;
    const pieces: Piece[] = [];
    for (const share of plan) {
      const session = this.#sessions.get(share.session);
      if (session?.next === undefined) {
        continue;
      }
      const { segment, done } = session.next;
      const position = segment.position + done;
      if (position < session.length) {
        this.#shard.truncate(session.slot, position);
        used -= session.length - position;
        session.length = position;
      }
      used -= this.#dropPrefixes(used + share.tokens - this.#shard.contextLength);
      if (used + share.tokens > this.#shard.contextLength) {
        used -= session.length;
        this.#fail(session, this.#full(used));
        continue;
      }
      used += share.tokens;
      const isLast = done + share.tokens === segment.count;
      const bytes = this.#shard.inputBytesPerToken;
      pieces.push({
        session,
        isLast,
        run: {
          slot: session.slot,
          position,
          count: share.tokens,
          values: segment.values.subarray(done * bytes, (done + share.tokens) * bytes),
          wantsLogits:
            isLast && session.sampler !== undefined && (segment.flags & segmentFlags.sample) !== 0,
        },
      });
    }
    return pieces;
  }

  #decode(pieces: readonly Piece[], start: number): void {
    const tokens = pieces.reduce((sum, { run }) => sum + run.count, 0);
    let hidden: Buffer[];
    this.#events.onBatch?.(tokens);
    try {
      hidden = this.#shard.decode(
        pieces.map(({ run }) => run),
        pieces[0]?.session.layers,
      );
    } catch (error) {
      for (const { session } of pieces) {
        this.#fail(session, error);
      }
      return;
    } finally {
      this.#events.onBatch?.(0);
    }
    // A batch over some of the layers takes about that share of the time.
    const { layers } = this.#shard.model;
    const share = (pieces[0]?.session.layers ?? layers) / layers;
    this.#pace.record(tokens * share, this.#now() - start);
    for (const [index, piece] of pieces.entries()) {
      try {
        this.#finish(piece, index, hidden[index], start);
      } catch (error) {
        this.#fail(piece.session, error);
      }
    }
  }

  /** Sends the output of a computed part of a segment, and moves its session to the end of the queue. */
  #finish(piece: Piece, index: number, hidden: Buffer | undefined, start: number): void {
    const { session, run, isLast } = piece;
    const { next } = session;
    if (next === undefined) {
      return;
    }
    const { segment } = next;
    // A segment decoded in several batches is sent on in as many frames; the first has the time of earlier shards.
    const earlierMicros = run.position === segment.position ? segment.computeMicros : 0;
    const micros = (): number =>
      Math.min(mostMicros, earlierMicros + Math.round((this.#now() - start) * 1000));
    session.advance(run.count);
    this.#sessions.moveToEnd(session);
    if (segment.count <= mostDecodeTokens) {
      session.answeredAt = this.#now();
    }
    const computed = { pending: next, run, isLast };
    const output = hidden === undefined ? undefined : hiddenOutput(computed, hidden, micros());
    if (output !== undefined) {
      this.#events.onOutput(output, 'hidden');
    }
    if (run.wantsLogits && session.sampler !== undefined) {
      const position = run.position + run.count;
      const { token, detail } = session.sampler.sample(this.#shard.logits(index), position);
      const isEnd = this.#llama.isEndOfGeneration(this.#shard.model.vocabulary, token);
      const sampled = sampledOutput(computed, token, isEnd, detail, micros());
      this.#events.onOutput(sampled, 'sampled');
      const isToContinue = !isEnd && (segment.flags & segmentFlags.warmUp) === 0;
      if (isToContinue && position < (session.selfFeedUntil ?? 0)) {
        const own = segmentOfSampled(sampled);
        checkPositions(own, this.#shard.contextLength);
        session.pushOwn(own);
      }
    }
  }

  #fail(session: Session, error: unknown): void {
    this.fail(session.id, toAppError(error));
  }

  /**
   * Frees at least so many tokens of cached prefixes, if there are so many; returns how many. The node drops prefixes
   * too, but it learns about tokens of a session that feeds itself only after they were computed.
   */
  #dropPrefixes(tokens: number): number {
    let freed = 0;
    while (freed < tokens) {
      const prefix = this.#sessions.forgetOldest();
      if (prefix === undefined) {
        break;
      }
      this.#shard.truncate(prefix.slot, 0);
      freed += prefix.length;
    }
    return freed;
  }

  #full(used: number): AppError {
    return new AppError(
      'context-too-long',
      `The context of ${this.#shard.contextLength} tokens is full: other sessions hold ${used} of them.`,
    );
  }
}
