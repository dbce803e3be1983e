/** A running engine with the sessions on it: their numbers, their cells, their listeners, their speed. */
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { ComputeShare } from '../../../src-shared/compute-share.ts';
import type {
  LoadParameters,
  LoadResult,
  OpenParameters,
  OpenResult,
} from '../../wire/engine-messages.ts';
import type { Work } from '../../wire/work.ts';
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

/** What this part of the node needs of an engine; EngineClient is one. */
export interface Engine {
  readonly description: LoadResult;
  readonly isCongested: boolean;
  open(parameters: OpenParameters): Promise<OpenResult>;
  restoreHistory(session: number, generated: readonly number[]): Promise<void>;
  retain(session: number, tokens: number): Promise<void>;
  close(session: number): Promise<void>;
  send(work: Omit<Work, 'detail'>): void;
  drained(): Promise<void>;
  setComputeShare(share: ComputeShare): Promise<void>;
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
  /** Of the shard's layers, the share that it uses. */
  readonly share: number;
  /** The work that the engine answers next is one token's; what it came with from other stages. */
  isDecoding: boolean;
  earlierMicros: number;
};

/**
 * A session that has no work for so long makes way for a requester that waits for its place, in milliseconds. It is longer than
 * a stage of its chain may wait for cells, during which those behind that one have nothing to do.
 */
const mostIdleMs = cellPatienceMs + 2000;

export type ShardEngineOptions = {
  /** For messages: "Layers 0 to 3 of Some model". */
  readonly name: string;
  readonly start: StartEngine;
  readonly parameters: LoadParameters;
  /** Gives up while it loads. */
  readonly signal: AbortSignal;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Its process runs, and is about to load. */
  readonly onSpawn: (pid: number) => void;
  /** The engine ended without having been asked to; its sessions have been told. */
  readonly onExit: (error: AppError) => void;
  /** The number of sessions changed. */
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
  /** Cached prefixes take room that no session needs. */
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
      // An engine has nothing to say before its shard is loaded.
      if (started.shard !== undefined) {
        act(started.shard);
      }
    };
    const events: EngineEvents = {
      onSpawn: options.onSpawn,
      onWork: (work) => tell((shard) => shard.#onWork(work)),
      onSessionFailed: (number, error) => tell((shard) => shard.#fail(number, error)),
      onExit: (error) => {
        // Sessions may be of peers: the engine's last words and this machine's paths are for its own log.
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

  /** Of this node's own user. */
  get ownSessions(): number {
    return this.#book.numbers().filter((number) => this.#isOwn(number)).length;
  }

  get freeSessions(): number {
    return this.#book.freeSessions;
  }

  /** Of them, those that are not reserved for this node's own user. */
  get freeForOthers(): number {
    return this.#book.freeForOthers;
  }

  get freeCells(): number {
    return this.#book.freeCells;
  }

  /** Tokens decoded a second, over the last ten seconds with work. */
  get tokensPerSecond(): number {
    return this.#speed.whileWorking();
  }

  /** What all of the shard can do: tokens a second by its own computing time; 0 before the first. */
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
    const answersAll = !this.#samples || layers < all;
    const activity = new SessionActivity(answersAll, request.selfFeedUntil, this.#now());
    const share = layers / all;
    const session: OpenSession = { listener, activity, share, isDecoding: false, earlierMicros: 0 };
    // What was computed of fewer layers is of no use for more.
    const cacheName = (name: string): string => `${name} ${layers}`;
    const number = this.#enter(request, session);
    // Beyond the cells that it is sure of, each token is asked for.
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
      send: (work) => {
        activity.sent(work, this.#now());
        session.isDecoding = work.count === 1;
        session.earlierMicros = work.computeMicros;
        const { position, count, flags, computeMicros, values } = work;
        this.#engine.send({ session: number, position, count, flags, computeMicros, values });
      },
      congestion: () => (this.#engine.isCongested ? this.#engine.drained() : undefined),
      retain: (name, tokens) => this.#retain(number, cacheName(name), tokens),
      close: () => this.#close(number),
    };
  }

  /** Frees what is left of sessions. */
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

  /** How much it computes from now on. */
  async setComputeShare(share: ComputeShare): Promise<void> {
    try {
      await this.#engine.setComputeShare(share);
    } catch {
      // The engine is gone; the next one is told when it is loaded.
    }
  }

  /** Ends the engine at once. Resolves when its process is gone. */
  kill(): Promise<void> {
    return this.#engine.kill();
  }

  #onWork(work: Work): void {
    const session = this.#book.get(work.session);
    if (session === undefined) {
      // It was closed while the engine worked on it.
      return;
    }
    if (session.isDecoding) {
      this.#speed.add(1, this.#now());
      this.#decodeMs.add((work.computeMicros - session.earlierMicros) / 1000 / session.share);
    }
    session.activity.came(work, this.#now());
    // What a whole shard answers next is a token that it fed back in by itself.
    session.isDecoding = true;
    session.earlierMicros = 0;
    session.listener.onWork(work);
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

  /** @throws AppError as SessionBook.enter, when not even sessions without work stand in the way */
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

  /** Cached prefixes make way for it. */
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

  /** Identities are free, so a stranger ends sessions of strangers at most. */
  #mayEnd(claimant: Claimant | undefined, number: number): boolean {
    return claimant?.kind !== 'stranger' || this.#book.claimantOf(number)?.kind === 'stranger';
  }

  /** Ends the foreign session in the way that has had no work for longest, if that is long enough; false: there is none. */
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
    const reason = `${this.#name} is full, and this session had no work while others waited`;
    this.#fail(longest.number, new AppError('over-capacity', reason));
    void this.#forget(longest.number);
    return true;
  }
}
