/**
 * Decides which models peers may get from this node, and which ones its record may name. A model that no other peer offers
 * stays private until its owner hosts it or offers it to a pool.
 */
import type { ModelSummary } from '../../../src-shared/model.ts';
import { type KnownPeer, offeredModels } from '../mesh/records/record.ts';
import { type Audience, audienceOfOffers, includesMember, mayBeNamed } from '../models/audience.ts';
import type { LibraryModel } from '../models/library.ts';

export type SharedModelsOptions = {
  readonly audienceOf: (manifestId: string) => Audience;
  /** Whether layers of the model are desired, by settings or placement, served now or not. */
  readonly isHosted: (manifestId: string) => boolean;
  readonly isServing: () => boolean;
  readonly peers: () => readonly KnownPeer[];
  /** Ids of this node's pools of which the peer is a member. */
  readonly poolsOf: (peer: string) => readonly string[];
  /** Ids of this node's pools, if its record goes to their members alone; undefined: it goes to all peers. */
  readonly readers: () => readonly string[] | undefined;
  /** Ids of models in the app's catalog. */
  readonly listed: ReadonlySet<string>;
};

export class SharedModels {
  readonly #options: SharedModelsOptions;

  constructor(options: SharedModelsOptions) {
    this.#options = options;
  }

  /**
   * Whether a peer may get the model's manifest, header and bytes now. This needs no disk access and gives the same result for
   * a model that this node lacks, so that the time of a refusal does not reveal what it has.
   */
  mayHave(peer: string, manifestId: string): boolean {
    const { isHosted, isServing, audienceOf, poolsOf } = this.#options;
    return (
      isHosted(manifestId) || (isServing() && includesMember(audienceOf(manifestId), poolsOf(peer)))
    );
  }

  /**
   * The peers that may get a model which `giver` gave. The claims of other peers do not count: a stranger that knows the id of
   * a pool's model could else make it public with a line in its record.
   */
  audienceFrom(manifestId: string, giver: string): Audience {
    const { peers, poolsOf, listed } = this.#options;
    const offerers = peers().filter(({ peer }) => peer === giver);
    return listed.has(manifestId)
      ? 'everybody'
      : audienceOfOffers(
          offerers.map(({ peer, record }) => ({
            isPoolOnly: record.poolOnly === true,
            pools: poolsOf(peer),
          })),
        );
  }

  /** The models among these, none of them hosted, that this node's record may name. */
  toName(models: readonly LibraryModel[]): ModelSummary[] {
    const readers = this.#options.readers();
    return models
      .filter(({ audience }) => mayBeNamed(audience, readers))
      .map(({ summary }) => summary);
  }

  /** The rates of models that the readers of this node's record know from other peers. */
  known(rates: ReadonlyMap<string, number>): Map<string, number> {
    const { peers, listed, audienceOf } = this.#options;
    const readers = this.#options.readers();
    const named = new Set(listed);
    for (const { record } of rates.size === 0 ? [] : peers()) {
      if (record.poolOnly !== true || readers !== undefined) {
        offeredModels(record).forEach(({ manifestId }) => named.add(manifestId));
      }
    }
    return new Map(
      [...rates].filter(([id]) => named.has(id) || mayBeNamed(audienceOf(id), readers)),
    );
  }
}
