/**
 * The engine's loop: takes what waits in all sessions, decodes it as one batch, hands the results on, and lets
 * the event loop read new frames before the next batch, or is idle where it may not compute all the time. When
 * nothing waits, nothing runs.
 */
import { AppError, toAppError } from '../../src-shared/errors.ts';
import { type Sampling, samplingSchema } from '../../src-shared/model.ts';
import { type Work, workFlags } from '../wire/work.ts';
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
  workOfSampled,
} from './work-output.ts';
import { checkHidden, checkPositions, checkTokens } from './work-check.ts';
import { feedsItself } from '../wire/stage-role.ts';

export type DecoderEvents = {
  /** Hidden states, or a token sampled after the model's last layer, for the node. */
  readonly onOutput: (work: Work, kind: 'hidden' | 'sampled') => void;
  /** The engine gave a session up; it is closed. */
  readonly onSessionFailed: (session: number, error: AppError) => void;
  /** Undefined, or a promise to wait for before more output is made. */
  readonly congestion: () => Promise<void> | undefined;
  /** Some of the work that waited is done. */
  readonly onProgress: () => void;
  /** A batch of so many tokens begins; or one has ended: 0. */
  readonly onBatch?: (tokens: number) => void;
};

export type OpenSession = {
  readonly session: number;
  readonly sampling?: Sampling | undefined;
  /** How many of the shard's layers it uses, from the first one on; absent: all. */
  readonly layers?: number | undefined;
  readonly generated: readonly number[];
  readonly selfFeedUntil?: number | undefined;
  readonly resume?: { readonly session: number; readonly tokens: number } | undefined;
};

/** How long after its last token a session's answer counts as going on: tokens travel through other shards. */
const answeringMilliseconds = 1000;
type Piece = { readonly session: Session; readonly run: Run; readonly isLast: boolean };

export class Decoder {
  readonly #llama: Llama;
  readonly #shard: Shard;
  readonly #events: DecoderEvents;
  readonly #now: () => number;
  readonly #sessions: SessionTable;
  /** Only in shards that sample. */
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
   * Returns how many tokens the session's cache has already: those that were to be resumed, or none.
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
    // What a session left of fewer layers lacks the others, so only the same layers are resumed.
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
   * Tells a session's sampler what was generated so far. What it cannot take ends the session; does nothing when that has
   * ended already.
   */
  restoreHistory(id: number, generated: readonly number[]): void {
    const session = this.#sessions.get(id);
    try {
      session?.sampler?.restoreHistory(generated);
    } catch (error) {
      this.fail(id, toAppError(error));
    }
  }

  /** Not every model's memory can go back; one that cannot is emptied. */
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

  /** Takes work from the node. Bad work ends its session; work of a session that has ended is dropped. */
  push(work: Work): void {
    const session = this.#sessions.get(work.session);
    if (session === undefined) {
      if (this.#sessions.wasNeverOpen(work.session)) {
        const error = new AppError('protocol-violation', `Session ${work.session} is not open.`);
        this.#events.onSessionFailed(work.session, error);
      }
      return;
    }
    try {
      checkPositions(work, this.#shard.contextLength);
      if (this.#shard.takesTokens) {
        checkTokens(work, this.#shard.model.vocabularySize);
      } else {
        checkHidden(work);
      }
      session.push(work);
      this.#schedule();
    } catch (error) {
      this.#fail(session, error);
    }
  }

  /** Ends a session with an error that the node is told, when it is (or could be) open. */
  fail(id: number, error: AppError): void {
    this.close(id);
    this.#events.onSessionFailed(id, error);
  }

  /** Share of the time to compute in, above 0 up to 1, from now on. Idle time holds nothing up but the next batch. */
  setWorkShare(share: number): void {
    this.#dutyCycle.setShare(share);
  }

  /** Bytes of work that wait. */
  get queuedBytes(): number {
    return this.#sessions.all.reduce((sum, session) => sum + session.queuedBytes, 0);
  }

  /** Ends all sessions without telling anyone. */
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

  /** Chooses the next batch and makes its sessions' caches end where their work starts. */
  #collect(): Piece[] {
    const now = this.#now();
    const sessions = this.#sessions.all;
    const waiting = sessions.flatMap(({ id, layers, next }) =>
      next === undefined
        ? []
        : [
            {
              session: id,
              tokens: next.work.count - next.done,
              layers,
              isOneByOne: isOneByOne(next.work),
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
      const { work, done } = session.next;
      const position = work.position + done;
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
      const isLast = done + share.tokens === work.count;
      const bytes = this.#shard.inputBytesPerToken;
      pieces.push({
        session,
        isLast,
        run: {
          slot: session.slot,
          position,
          count: share.tokens,
          values: work.values.subarray(done * bytes, (done + share.tokens) * bytes),
          wantsLogits:
            isLast && session.sampler !== undefined && (work.flags & workFlags.sample) !== 0,
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
    // A part of the layers takes a part of the time.
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

  /** Hands on what a piece of work gave, and moves its session to the end of the line. */
  #finish(piece: Piece, index: number, hidden: Buffer | undefined, start: number): void {
    const { session, run, isLast } = piece;
    const { next } = session;
    if (next === undefined) {
      return;
    }
    const { work } = next;
    // Work decoded in several batches is passed on in as many frames; the first carries the time before.
    const earlierMicros = run.position === work.position ? work.computeMicros : 0;
    const micros = (): number =>
      Math.min(mostMicros, earlierMicros + Math.round((this.#now() - start) * 1000));
    session.advance(run.count);
    this.#sessions.moveToEnd(session);
    if (work.count <= mostDecodeTokens) {
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
      const isToGoOn = !isEnd && (work.flags & workFlags.warmUp) === 0;
      if (isToGoOn && position < (session.selfFeedUntil ?? 0)) {
        const own = workOfSampled(sampled);
        checkPositions(own, this.#shard.contextLength);
        session.pushOwn(own);
      }
    }
  }

  #fail(session: Session, error: unknown): void {
    this.fail(session.id, toAppError(error));
  }

  /**
   * Frees at least so many tokens of cached prefixes, as far as there are any; returns how many. The node does
   * so too, but hears of a session that feeds itself only after its tokens were computed.
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
