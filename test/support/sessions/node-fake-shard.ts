/**
 * A shard whose layers each add their number to every value. So a chain of them can be computed by hand, and a token
 * shows through which layers, in which order and at which position it went.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type {
  ServingShard,
  ServingShards,
  ShardSession,
  ShardSessionListener,
  ShardSessionRequest,
} from '../../../src-worker/node/engines/serving-shard.ts';
import {
  samples,
  type StageRole,
  stageRoleOf,
  takesTokens,
} from '../../../src-worker/wire/stage-role.ts';
import { type Segment, segmentFlags } from '../../../src-worker/wire/segment.ts';

export const fakeManifestId = 'f'.repeat(64);
export const fakeWidth = 8;
/** No other token ends a generation. */
export const fakeEndToken = 7777;
/** The computing time that fake engines report for one segment. */
const fakeComputeMicros = 250;

type PlainSegment = Omit<Segment, 'session' | 'detail'>;

type FakeSession = {
  readonly request: ShardSessionRequest;
  readonly listener: ShardSessionListener;
  isClosed: boolean;
  /** Its cells, once it has grown. */
  cells?: number;
  /** Tokens that it was told were generated so far. */
  learnt?: readonly number[];
  /** Positions of all segments, in order of arrival. */
  readonly positions: number[];
};

/** The token that a model of `layers` layers samples after `token` at `position`. */
export function nextFakeToken(token: number, position: number, layers: number): number {
  return computeToken(layerSum(0, layers - 1) + token, position);
}

function layerSum(first: number, last: number): number {
  let sum = 0;
  for (let layer = first; layer <= last; layer += 1) {
    sum += layer + 1;
  }
  return sum;
}

function computeToken(value: number, position: number): number {
  return (value * 31 + position * 7) % 1000;
}

export class FakeShard implements ServingShard {
  readonly manifestId = fakeManifestId;
  readonly model = 'Fake model';
  readonly width = fakeWidth;
  readonly firstLayer: number;
  readonly lastLayer: number;
  readonly role: StageRole;
  readonly sessions: FakeSession[] = [];
  /** Number of tokens that ended sessions left in the cache, by name. */
  readonly retained = new Map<string, number>();
  maxSessions = 4;
  /** Cells that every session has for certain, and the result of growing beyond them. */
  sureCells = Number.POSITIVE_INFINITY;
  growth: () => Promise<void> = () => Promise.resolve();
  /** While false, engines take segments and return no output. */
  isRunning = true;
  /** The sampled position at which generation ends by itself. */
  endAt = Number.POSITIVE_INFINITY;
  #stalled: (() => void)[] = [];
  #onTold: () => void = () => {};

  constructor(firstLayer: number, lastLayer: number, layers: number) {
    this.firstLayer = firstLayer;
    this.lastLayer = lastLayer;
    this.role = stageRoleOf(this, layers);
  }

  get openSessions(): readonly FakeSession[] {
    return this.sessions.filter((session) => !session.isClosed);
  }

  freeSessions(): number {
    return this.maxSessions - this.openSessions.length;
  }

  async openSession(
    request: ShardSessionRequest,
    listener: ShardSessionListener,
  ): Promise<ShardSession> {
    if (this.freeSessions() === 0) {
      throw new AppError('over-capacity', 'All sessions are taken');
    }
    const session: FakeSession = { request, listener, isClosed: false, positions: [] };
    this.sessions.push(session);
    await Promise.resolve();
    const { resume } = request;
    const isThere = (this.retained.get(resume?.name ?? '') ?? 0) >= (resume?.tokens ?? 0);
    this.retained.delete(resume?.name ?? '');
    return {
      cachedTokens: isThere ? (resume?.tokens ?? 0) : 0,
      retain: (name, tokens) => {
        session.isClosed = true;
        this.retained.set(name, tokens);
      },
      selfFeedUntil: this.#selfFeedUntil(session),
      claim: (tokens) =>
        tokens > (session.cells ?? this.sureCells) ? this.#grow(session) : undefined,
      restoreHistory: (generated) => {
        session.learnt = generated;
        this.#onTold();
      },
      send: (segment) => {
        this.#later(() => this.#compute(session, segment));
      },
      congestion: () => undefined,
      close: () => {
        session.isClosed = true;
      },
    };
  }

  /** Calls back as soon as a session is told what was generated. */
  whenTold(act: () => void): void {
    this.#onTold = act;
  }

  /** Continues with everything that was delayed. */
  run(): void {
    this.isRunning = true;
    for (const go of this.#stalled.splice(0)) {
      go();
    }
  }

  /** Ends the engine process. */
  die(): void {
    for (const session of this.openSessions) {
      session.listener.onFailed(new AppError('engine-died', 'The engine was killed by SIGKILL'));
    }
  }

  #later(act: () => void): void {
    const go = (): void => {
      setImmediate(() => {
        if (this.isRunning) {
          act();
        } else {
          this.#stalled.push(go);
        }
      });
    };
    go();
  }

  #compute(session: FakeSession, segment: PlainSegment): void {
    if (session.isClosed) {
      return;
    }
    session.positions.push(segment.position);
    const states = this.#throughLayers(segment);
    if (!samples(this.role)) {
      const half = Math.max(1, Math.floor(segment.count / 2));
      // Engines may split a segment and return an output for each part.
      this.#emitHidden(session, segment, states, 0, half);
      this.#emitHidden(session, segment, states, half, segment.count);
    } else if ((segment.flags & segmentFlags.sample) !== 0) {
      this.#sample(session, segment, states);
    }
  }

  #throughLayers({ count, values }: PlainSegment): Float32Array {
    const bytes = Buffer.from(values);
    const isOfTokens = takesTokens(this.role);
    const states = new Float32Array(count * fakeWidth);
    for (const index of states.keys()) {
      const value = isOfTokens
        ? bytes.readInt32LE(Math.floor(index / fakeWidth) * 4)
        : bytes.readFloatLE(index * 4);
      states[index] = value + layerSum(this.firstLayer, this.lastLayer);
    }
    return states;
  }

  #sample(session: FakeSession, segment: PlainSegment, states: Float32Array): void {
    const position = segment.position + segment.count;
    const isEnd = position >= this.endAt;
    const token = isEnd ? fakeEndToken : computeToken(states.at(-1) ?? 0, position - 1);
    const values = new Uint8Array(Int32Array.of(token).buffer);
    const wantsDetail = session.request.sampling?.topLogprobs !== undefined;
    session.listener.onOutput({
      session: 99,
      position,
      count: 1,
      flags: (isEnd ? segmentFlags.endOfGeneration : 0) | (segment.flags & segmentFlags.warmUp),
      computeMicros: segment.computeMicros + fakeComputeMicros,
      values,
      detail: Buffer.from(wantsDetail ? JSON.stringify({ logprob: -0.5, top: [] }) : ''),
    });
    const selfFeedUntil = this.#selfFeedUntil(session);
    const isToGoOn = !isEnd && (segment.flags & segmentFlags.warmUp) === 0;
    if (selfFeedUntil !== undefined && isToGoOn && position < selfFeedUntil) {
      const flags = segmentFlags.sample;
      this.#later(() =>
        this.#compute(session, { position, count: 1, flags, computeMicros: 0, values }),
      );
    }
  }

  async #grow(session: FakeSession): Promise<void> {
    await this.growth();
    session.cells = Number.POSITIVE_INFINITY;
  }

  #selfFeedUntil({ request: { selfFeedUntil } }: FakeSession): number | undefined {
    return selfFeedUntil && Math.min(selfFeedUntil, this.sureCells);
  }

  /** Returns the hidden states of the tokens from `start` to `end` of a segment. */
  #emitHidden(
    session: FakeSession,
    segment: PlainSegment,
    states: Float32Array,
    start: number,
    end: number,
  ): void {
    if (start === end || session.isClosed) {
      return;
    }
    const values = Buffer.from(states.buffer).subarray(start * fakeWidth * 4, end * fakeWidth * 4);
    session.listener.onOutput({
      session: 99,
      position: segment.position + start,
      count: end - start,
      flags: end === segment.count ? segment.flags : 0,
      computeMicros: (start === 0 ? segment.computeMicros : 0) + fakeComputeMicros,
      values,
      detail: new Uint8Array(0),
    });
  }
}

export function fakeShards(...shards: readonly FakeShard[]): ServingShards {
  return {
    find: (manifestId, { firstLayer, lastLayer }) =>
      shards.find(
        (shard) =>
          manifestId === fakeManifestId &&
          shard.firstLayer === firstLayer &&
          shard.lastLayer === lastLayer,
      ),
  };
}
