/** The question to the route planner, and the route that it returns. All is plain data: the same question gives the same route. */
import type { LayerRange } from '../../../src-shared/model.ts';
import type { RouteRules } from '../../../src-shared/route-rules.ts';
import type { KnownPeer, RecordedShard } from '../mesh/records/record.ts';

/** A shard with the first `tokens` tokens of this session in its cache. */
export type PrefixHolder = LayerRange & { readonly peer: string; readonly tokens: number };

export type RouteQuestion = {
  readonly model: { readonly manifestId: string; readonly name: string; readonly layers: number };
  readonly self: string;
  readonly ownShards: readonly RecordedShard[];
  /** Known peers; those that host the model are enough, as `RouteIndex.hosts` gives them. */
  readonly peers: readonly KnownPeer[];
  /** Peers not to use, such as those that just failed. */
  readonly excluded: ReadonlySet<string>;
  /** Cache cells that every stage must have free now, and those that the session may need in the end. */
  readonly sequenceTokens: number;
  readonly cells: number;
  /** Absent: all peers may be used. */
  readonly rules?: RouteRules | undefined;
  /** Peers that share a pool with this node, for `poolOnly`. */
  readonly poolMembers?: ReadonlySet<string> | undefined;
  /** Other machines of this node's owner. They count as in every pool and region, and as free. */
  readonly ownMachines?: ReadonlySet<string> | undefined;
  /** Peer → operator, for operators that run several peers. */
  readonly operators?: ReadonlyMap<string, string> | undefined;
  readonly prefixHolders?: readonly PrefixHolder[] | undefined;
};

export type RouteStage = LayerRange & { readonly peer: string };

/** The question without an answer to run, for the longest sequence and the view of a route. */
export type MeshQuestion = Omit<RouteQuestion, 'sequenceTokens' | 'cells' | 'prefixHolders'>;
