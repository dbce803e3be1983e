/** A running engine with its sessions: their numbers, cells, listeners and speed. */
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { DeviceMemory } from '../../../src-shared/compute.ts';
import type { ComputeShare } from '../../../src-shared/compute-share.ts';
import type {
  LoadParameters,
  LoadResult,
  OpenParameters,
  OpenResult,
} from '../../wire/engine-messages.ts';
import type { Segment } from '../../wire/segment.ts';
import { Median } from '../base/median.ts';
import { cellPatienceMs, CellQueue } from './cell-queue.ts';
import type { EngineEvents } from './engine-client.ts';
import { PrefixCache } from './prefix-cache.ts';
import type { ShardSession, ShardSessionListener, ShardSessionRequest } from './serving-shard.ts';
import { SessionActivity } from './session-activity.ts';
import { SessionBook } from './session-book.ts';
import type { Claimant } from './session-places.ts';
import { SpeedMeter } from '../base/speed-meter.ts';
import { samples } from '../../wire/stage-role.ts';

/** The engine that a shard needs; EngineClient is one. */
export interface Engine {
  readonly description: LoadResult;
  readonly isCongested: boolean;
  open(parameters: OpenParameters): Promise<OpenResult>;
  restoreHistory(session: number, generated: readonly number[]): Promise<void>;
  retain(session: number, tokens: number): Promise<void>;
  close(session: number): Promise<void>;
  send(segment: Omit<Segment, 'detail'>): void;
  drained(): Promise<void>;
  setComputeShare(share: ComputeShare): Promise<void>;
  deviceMemory(): Promise<DeviceMemory>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts an engine process and loads a shard; an aborted signal ends the process while it loads. */
export type StartEngine = (
  parameters: LoadParameters,
  events: EngineEvents,
  signal: AbortSignal,
) => Promise<Engine>;

type OpenSession = {
  readonly listener: ShardSessionListener;
  readonly activity: SessionActivity;
  /** The share of the shard's layers that the session uses. */
  readonly share: number;
  /** Whether the next result is for a single token, and the computing time of earlier stages for it. */
  isDecoding: boolean;
  earlierMicros: number;
};

/**
 * A session without a segment for this long, in milliseconds, may be ended for a requester that needs its room. This is longer than
 * a stage of its chain may wait for cells, during which later stages get no segments.
 */
const mostIdleMs = cellPatienceMs + 2000;

export type ShardEngineOptions = {
  /** The shard's name in messages: "Layers 0 to 3 of Some model". */
  readonly name: string;
  readonly start: StartEngine;
  readonly parameters: LoadParameters;
  /** Aborting it ends the engine while it loads. */
  readonly signal: AbortSignal;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Called when the process runs and is about to load. */
  readonly onSpawn: (pid: number) => void;
  /** Called when the engine ended without having been asked to; its sessions have failed. */
  readonly onExit: (error: AppError) => void;
  /** Called when the number of sessions changed. */
  readonly onSessions: () => void;
  readonly onLog: (level: string, message: string) => void;
};

export class ShardEngine {
  readonly #engine: Engine;
  readonly #now: () => number;
  readonly #samples: boolean;
  readonly #onSessions: () => void;
  readonly #name: string;
  readonly #book: SessionBook<OpenSession>;
  readonly #cells: CellQueue;
  /** Cached prefixes, which take room that no session needs. */
  readonly #prefixes: PrefixCache;
  readonly #speed = new SpeedMeter();
  readonly #decodeMs = new Median();

  /**
   * Starts the engine and loads its shard.
   * @throws AppError, see EngineClient.start
   */
  static async start(options: ShardEngineOptions): Promise<ShardEngine> {
    const started: { shard?: ShardEngine } = {};
    const tell = (act: (shard: ShardEngine) => void): void => {
      // An engine sends no events for sessions before its shard is loaded.
      if (started.shard !== undefined) {
        act(started.shard);
      }
    };
    const events: EngineEvents = {
      onSpawn: options.onSpawn,
      onOutput: (output) => tell((shard) => shard.#onOutput(output)),
      onSessionFailed: (number, error) => tell((shard) => shard.#fail(number, error)),
      onExit: (error) => {
        // Sessions may be those of peers, so the engine's output and this machine's paths go to the log alone.
        const forSessions = new AppError('engine-died', `${options.name} lost its engine`, {
          cause: error,
        });
        tell((shard) => shard.#failAll(forSessions));
        options.onExit(error);
      },
      onLog: options.onLog,
    };
    const engine = await options.start(options.parameters, events, options.signal);
    started.shard = new ShardEngine(engine, options);
    return started.shard;
  }

  private constructor(engine: Engine, { name, parameters, now, onSessions }: ShardEngineOptions) {
    const { maxSessions, contextLength } = engine.description;
    this.#engine = engine;
    this.#now = now;
    this.#samples = samples(parameters.role);
    this.#onSessions = onSessions;
    this.#name = name;
    this.#book = new SessionBook(name, maxSessions, contextLength);
    this.#cells = new CellQueue({
      name,
      claim: (session, tokens) => this.#claim(session, tokens),
      sessions: () => this.#book.numbers(),
    });
    this.#prefixes = new PrefixCache({
      maxSequences: Math.ceil(maxSessions / 2),
      maxTokens: Math.floor(contextLength / 2),
      onDropped: (number) => void this.#forget(number),
    });
  }

  get description(): LoadResult {
    return this.#engine.description;
  }

  get sessions(): number {
    return this.#book.sessions;
  }

  /** How many sessions are those of this node's own user. */
  get ownSessions(): number {
    return this.#book.numbers().filter((number) => this.#isOwn(number)).length;
  }

  get freeSessions(): number {
    return this.#book.freeSessions;
  }

  /** How many of the free sessions are not reserved for this node's own user. */
  get freeForOthers(): number {
    return this.#book.freeForOthers;
  }

  get freeCells(): number {
    return this.#book.freeCells;
  }

  /** Tokens a second, over the last ten seconds of computing. */
  get tokensPerSecond(): number {
    return this.#speed.whileActive();
  }

  /** The decode speed of the whole shard: tokens a second by its own computing time; 0 before the first token. */
  get ownTokensPerSecond(): number {
    const milliseconds = this.#decodeMs.value;
    return milliseconds > 0 ? 1000 / milliseconds : 0;
  }

  /** As ServingShard.openSession. */
  async openSession(
    request: ShardSessionRequest,
    listener: ShardSessionListener,
  ): Promise<ShardSession> {
    const { sampling, generated, resume } = request;
    const { layers: all } = this.#engine.description;
    const { layers = all } = request;
    const outputsAll = !this.#samples || layers < all;
    const activity = new SessionActivity(outputsAll, request.selfFeedUntil, this.#now());
    const share = layers / all;
    const session: OpenSession = { listener, activity, share, isDecoding: false, earlierMicros: 0 };
    // A prefix that was computed over fewer layers is of no use for more.
    const cacheName = (name: string): string => `${name} ${layers}`;
    const number = this.#enter(request, session);
    // Beyond its claimed cells, the session must claim each token, so the shard stops feeding itself there.
    const selfFeedUntil =
      request.selfFeedUntil && Math.min(request.selfFeedUntil, this.#book.cellsOf(number));
    this.#onSessions();
    const resumed = resume === undefined ? undefined : this.#prefixes.take(cacheName(resume.name));
    this.#prefixes.shrinkTo(this.#book.freeSessions, this.#book.freeCells);
    let cachedTokens: number;
    try {
      ({ cachedTokens } = await this.#engine.open({
        session: number,
        ...(layers === all ? {} : { layers }),
        ...(sampling === undefined ? {} : { sampling }),
        ...(selfFeedUntil === undefined ? {} : { selfFeedUntil }),
        ...(generated === undefined ? {} : { generated: [...generated] }),
        ...(resume === undefined || resumed === undefined
          ? {}
          : { resume: { session: resumed, tokens: resume.tokens } }),
      }));
    } catch (error) {
      this.#remove(number);
      if (resumed !== undefined) {
        void this.#forget(resumed);
      }
      throw toAppError(error);
    }
    return {
      cachedTokens,
      selfFeedUntil,
      claim: (tokens) => this.#cells.claim(number, tokens),
      restoreHistory: (generated) => void this.#restoreHistory(number, generated),
      send: (segment) => {
        activity.sent(segment, this.#now());
        session.isDecoding = segment.count === 1;
        session.earlierMicros = segment.computeMicros;
        const { position, count, flags, computeMicros, values } = segment;
        this.#engine.send({ session: number, position, count, flags, computeMicros, values });
      },
      congestion: () => (this.#engine.isCongested ? this.#engine.drained() : undefined),
      retain: (name, tokens) => this.#retain(number, cacheName(name), tokens),
      close: () => this.#close(number),
    };
  }

  /** Drops all cached prefixes. */
  forgetPrefixes(): void {
    this.#prefixes.clear();
  }

  /** Ends the sessions of all but this node's own user. */
  endForeign(reason: AppError): void {
    for (const number of this.#book.numbers().filter((each) => !this.#isOwn(each))) {
      this.#fail(number, reason);
      void this.#forget(number);
    }
  }

  /** Ends the engine in order: sessions that still run are told the reason. */
  async stop(reason: AppError): Promise<void> {
    this.#prefixes.clear();
    this.#failAll(reason);
    await this.#engine.stop();
  }

  /** Sets how much the engine computes from now on. */
  async setComputeShare(share: ComputeShare): Promise<void> {
    try {
      await this.#engine.setComputeShare(share);
    } catch {
      // The engine is gone; the next one gets the value when it is loaded.
    }
  }

  /** What the engine's devices have free. @throws AppError `engine-died` */
  deviceMemory(): Promise<DeviceMemory> {
    return this.#engine.deviceMemory();
  }

  /** Ends the engine at once. Resolves when its process is gone. */
  kill(): Promise<void> {
    return this.#engine.kill();
  }

  #onOutput(output: Segment): void {
    const session = this.#book.get(output.session);
    if (session === undefined) {
      // The session was closed while the engine computed for it.
      return;
    }
    if (session.isDecoding) {
      this.#speed.add(1, this.#now());
      this.#decodeMs.add((output.computeMicros - session.earlierMicros) / 1000 / session.share);
    }
    session.activity.came(output, this.#now());
    // A whole shard's next result is for a token that it fed back by itself.
    session.isDecoding = true;
    session.earlierMicros = 0;
    session.listener.onOutput(output);
  }

  #fail(number: number, error: AppError): void {
    const session = this.#remove(number);
    session?.listener.onFailed(error);
  }

  #failAll(error: AppError): void {
    for (const number of this.#book.numbers()) {
      this.#fail(number, error);
    }
  }

  #close(number: number): void {
    if (this.#remove(number) !== undefined) {
      void this.#forget(number);
    }
  }

  #retain(number: number, name: string, tokens: number): void {
    if (this.#remove(number) !== undefined) {
      void this.#leave(number, tokens);
      this.#prefixes.add(name, number, tokens);
      this.#prefixes.shrinkTo(this.#book.freeSessions, this.#book.freeCells);
    }
  }

  async #restoreHistory(number: number, generated: readonly number[]): Promise<void> {
    try {
      await this.#engine.restoreHistory(number, generated);
    } catch {
      // The engine is gone, and its sessions have been told.
    }
  }

  async #leave(number: number, tokens: number): Promise<void> {
    try {
      await this.#engine.retain(number, tokens);
    } catch {
      // The engine is gone, and all that it had cached.
    }
  }

  async #forget(number: number): Promise<void> {
    try {
      await this.#engine.close(number);
    } catch {
      // The engine is gone, and the session with it.
    }
  }

  #isOwn(number: number): boolean {
    return this.#book.claimantOf(number)?.kind === 'owner';
  }

  #remove(number: number): OpenSession | undefined {
    const session = this.#book.remove(number);
    this.#cells.ended(number);
    this.#onSessions();
    return session;
  }

  /** Enters a session, ending idle ones where needed. @throws AppError as SessionBook.enter when that does not help */
  #enter(request: ShardSessionRequest, session: OpenSession): number {
    for (;;) {
      try {
        return this.#book.enter(request, session);
      } catch (error) {
        const { claimant } = request;
        const inTheWay = this.#book.isAtLimit(claimant)
          ? (number: number) => this.#book.claimantOf(number)?.peer === claimant.peer
          : (number: number) => this.#mayEnd(claimant, number);
        if (toAppError(error).code !== 'over-capacity' || !this.#endIdle(inTheWay)) {
          throw error;
        }
      }
    }
  }

  /** Claims cells, dropping cached prefixes where needed. */
  #claim(number: number, tokens: number): boolean {
    while (!this.#book.claim(number, tokens)) {
      const claimant = this.#book.claimantOf(number);
      if (!this.#endIdle((other) => other !== number && this.#mayEnd(claimant, other))) {
        return false;
      }
    }
    this.#prefixes.shrinkTo(this.#book.freeSessions, this.#book.freeCells);
    return true;
  }

  /** Whether the claimant may end this idle session. Strangers may end strangers' sessions only, as identities cost nothing. */
  #mayEnd(claimant: Claimant | undefined, number: number): boolean {
    return claimant?.kind !== 'stranger' || this.#book.claimantOf(number)?.kind === 'stranger';
  }

  /** Ends the foreign session in the way that has been idle for longest, if that is long enough; returns whether it did. */
  #endIdle(isInTheWay: (number: number) => boolean): boolean {
    const now = this.#now();
    const [longest] = this.#book
      .numbers()
      .filter((number) => isInTheWay(number) && !this.#isOwn(number))
      .filter((number) => !this.#cells.isWaiting(number))
      .map((number) => ({ number, ms: this.#book.get(number)?.activity.idleMs(now) ?? 0 }))
      .filter(({ ms }) => ms > mostIdleMs)
      .toSorted((one, other) => other.ms - one.ms);
    if (longest === undefined) {
      return false;
    }
    const reason = `${this.#name} is full, and this session had nothing to compute while others waited`;
    this.#fail(longest.number, new AppError('over-capacity', reason));
    void this.#forget(longest.number);
    return true;
  }
}
