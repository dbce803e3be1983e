/** A loaded shard as sessions see it: something that takes work and gives work, without a word about processes. */
import type { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange, Sampling } from '../../../src-shared/model.ts';
import type { StageRole } from '../../wire/stage-role.ts';
import type { Work } from '../../wire/work.ts';
import type { Claimant } from './session-places.ts';

export type ShardSessionRequest = {
  readonly sampling: Sampling | undefined;
  /** How many of the shard's layers it uses, from the first one on; absent: all. */
  readonly layers?: number | undefined;
  /** Whole shards feed their own tokens back in until one for this position was sampled. */
  readonly selfFeedUntil: number | undefined;
  /** Cache cells that the session will surely take, and those that it may. */
  readonly sequenceTokens: number;
  readonly cells: number;
  /** The owner or peer that it is for. */
  readonly claimant: Claimant;
  /** Generated before, by another chain; absent: nothing. */
  readonly generated?: readonly number[] | undefined;
  /** Goes on with the first tokens of what a session left under this name; absent: with nothing. */
  readonly resume?: { readonly name: string; readonly tokens: number } | undefined;
};

export interface ShardSessionListener {
  /**
   * Hidden states, or a sampled token from a session over the model's last layer. `computeMicros` is what
   * the work came with and this shard's own time; `session` is the engine's number and of no use to others.
   */
  onWork(work: Work): void;
  /** The engine gave this session up, or died. Nothing follows. */
  onFailed(error: AppError): void;
}

export interface ShardSession {
  /** Tokens that are in the cache already: as many as were to be resumed, or none. */
  readonly cachedTokens: number;
  /** A whole shard feeds its own tokens back in until one for this position was sampled: so far it is sure of its cells. */
  readonly selfFeedUntil: number | undefined;
  /**
   * Claims the cells up to a length before work for them is sent. Undefined when the session has them; else a promise to
   * wait for, which rejects with `over-capacity` where others do not end in time.
   */
  claim(tokens: number): Promise<void> | undefined;
  /** Tells a shard that samples what was generated so far, in place of what it knows of. */
  restoreHistory(generated: readonly number[]): void;
  /** Hands work to the engine. The values must not change afterwards. */
  send(work: Omit<Work, 'session' | 'detail'>): void;
  /** While the engine takes work more slowly than it is sent: a promise to wait for before sending more. */
  congestion(): Promise<void> | undefined;
  /**
   * Ends the session, but leaves its first tokens in the cache for one that resumes them, as long as no session needs the room and a few
   * minutes at most.
   */
  retain(name: string, tokens: number): void;
  /** Frees the engine's sequence and the cells; what the engine still sends for it is dropped. */
  close(): void;
}

export interface ServingShard extends LayerRange {
  readonly manifestId: string;
  readonly model: string;
  readonly role: StageRole;
  /** Values in a hidden state. */
  readonly width: number;
  /** @throws AppError `over-capacity`, `engine-died`, or what the engine says about the sampling. */
  openSession(request: ShardSessionRequest, listener: ShardSessionListener): Promise<ShardSession>;
  freeSessions(): number;
}

export interface ServingShards {
  /**
   * The shard with exactly these layers, or one that begins with them and is used for no more, when it is there for
   * others, or for this node's own user.
   */
  find(manifestId: string, layers: LayerRange, isOwn: boolean): ServingShard | undefined;
}
