/** What a planner of routes is asked and what it answers. All of it is data: the same question has one answer. */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { RouteRules } from '../../../src-shared/route-rules.ts';
import type { KnownPeer, RecordedShard } from '../mesh/records/record.ts';

/** A shard that has the beginning of this session in its cache. */
export type PrefixHolder = LayerRange & { readonly peer: string; readonly tokens: number };

export type RouteQuestion = {
  readonly model: { readonly manifestId: string; readonly name: string; readonly layers: number };
  readonly self: string;
  readonly ownShards: readonly RecordedShard[];
  /** Those that host the model are enough: `RouteIndex.hosts`. */
  readonly peers: readonly KnownPeer[];
  /** Peers not to use, such as those that just failed. */
  readonly excluded: ReadonlySet<string>;
  /** Cache cells that every stage must have left, and those that the session may come to need. */
  readonly sequenceTokens: number;
  readonly cells: number;
  /** Absent: all peers may be used. */
  readonly rules?: RouteRules | undefined;
  /** Peers that share a pool with this node, for `poolOnly`. */
  readonly poolMembers?: ReadonlySet<string> | undefined;
  /** Other machines of this node's owner. They are in every pool and region, and free. */
  readonly ownMachines?: ReadonlySet<string> | undefined;
  /** The operator of a peer, where it runs several: peer → operator. */
  readonly operators?: ReadonlyMap<string, string> | undefined;
  readonly prefixHolders?: readonly PrefixHolder[] | undefined;
};

export type RouteStage = LayerRange & { readonly peer: string };

/** What routes are judged by when nothing runs. */
export type MeshQuestion = Omit<RouteQuestion, 'sequenceTokens' | 'cells' | 'prefixHolders'>;
