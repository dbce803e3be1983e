/** The interface of a loaded shard for sessions: it takes segments and returns outputs, and hides the engine's process. */
import type { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange, Sampling } from '../../../src-shared/model.ts';
import type { StageRole } from '../../wire/stage-role.ts';
import type { Segment } from '../../wire/segment.ts';
import type { Claimant } from './session-places.ts';

export type ShardSessionRequest = {
  readonly sampling: Sampling | undefined;
  /** How many of the shard's layers the session uses, from the first one on; absent: all. */
  readonly layers?: number | undefined;
  /** A whole shard feeds its own tokens back until it has sampled one for this position. */
  readonly selfFeedUntil: number | undefined;
  /** Cache cells that the session will certainly take, and those that it may take. */
  readonly sequenceTokens: number;
  readonly cells: number;
  /** The owner or peer for which the session runs. */
  readonly claimant: Claimant;
  /** The history: tokens that another chain generated; absent: none. */
  readonly generated?: readonly number[] | undefined;
  /** The cached prefix of this name to resume, and how many of its tokens; absent: none. */
  readonly resume?: { readonly name: string; readonly tokens: number } | undefined;
};

export interface ShardSessionListener {
  /**
   * Called with results: hidden states, or a sampled token from a session over the model's last layer. `computeMicros` is the
   * value in the segment plus this shard's own time; `session` is the engine's number and means nothing elsewhere.
   */
  onOutput(output: Segment): void;
  /** Called when the engine failed on this session, or died. Nothing follows. */
  onFailed(error: AppError): void;
}

export interface ShardSession {
  /** How many tokens are in the cache already: as many as were to be resumed, or none. */
  readonly cachedTokens: number;
  /** The position up to which the shard feeds its own tokens back: up to here the session's cells are certain. */
  readonly selfFeedUntil: number | undefined;
  /**
   * Claims the cells up to a length before a segment for them is sent. Undefined when the session has them; else a promise to
   * await, which rejects with `over-capacity` when no other session ends in time.
   */
  claim(tokens: number): Promise<void> | undefined;
  /** Tells a shard that samples the history, in place of the one that it knows. */
  restoreHistory(generated: readonly number[]): void;
  /** Sends a segment to the engine. The values must not change afterwards. */
  send(segment: Omit<Segment, 'session' | 'detail'>): void;
  /** A promise to await before sending more, while the engine takes segments more slowly than they are sent. */
  congestion(): Promise<void> | undefined;
  /**
   * Ends the session, but leaves its first tokens in the cache for one that resumes them, until another session needs the room
   * and for a few minutes at most.
   */
  retain(name: string, tokens: number): void;
  /** Frees the session's sequence in the engine and its cells; results that still come are dropped. */
  close(): void;
}

export interface ServingShard extends LayerRange {
  readonly manifestId: string;
  readonly model: string;
  readonly role: StageRole;
  /** The number of values in a hidden state. */
  readonly width: number;
  /** @throws AppError `over-capacity`, `engine-died`, or the engine's error about the sampling */
  openSession(request: ShardSessionRequest, listener: ShardSessionListener): Promise<ShardSession>;
  freeSessions(): number;
}

export interface ServingShards {
  /**
   * The shard with exactly these layers, or one that begins with them and is used up to their end. `isOwn`: it is for this
   * node's own user; else it must serve others.
   */
  find(manifestId: string, layers: LayerRange, isOwn: boolean): ServingShard | undefined;
}
