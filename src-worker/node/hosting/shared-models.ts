/**
 * Which models of this node peers may have, and which ones records may name. A model that no other peer offers is its
 * owner's matter until he hosts it or offers it to a pool.
 */
import type { ModelSummary } from '../../../src-shared/model.ts';
import { type KnownPeer, offeredModels } from '../mesh/records/record.ts';
import { type Audience, audienceOfOffers, includesMember, mayBeNamed } from '../models/audience.ts';
import type { LibraryModel } from '../models/library.ts';

export type SharedModelsOptions = {
  readonly audienceOf: (manifestId: string) => Audience;
  /** Whether layers of it are hosted, by the owner's settings or by placement, served now or not. */
  readonly isHosted: (manifestId: string) => boolean;
  readonly isServing: () => boolean;
  readonly peers: () => readonly KnownPeer[];
  /** Ids of the own pools that a peer is a member of. */
  readonly poolsOf: (peer: string) => readonly string[];
  /** Ids of the own pools where this node's record goes to their members alone; undefined: it goes to all peers. */
  readonly readers: () => readonly string[] | undefined;
  /** Ids of models that the app's own list names. */
  readonly listed: ReadonlySet<string>;
};

export class SharedModels {
  readonly #options: SharedModelsOptions;

  constructor(options: SharedModelsOptions) {
    this.#options = options;
  }

  /**
   * Whether a peer may have the model's manifest, header and bytes now. The answer needs no disk and is the same for
   * a model that this node lacks, so that no peer learns what it has.
   */
  mayHave(peer: string, manifestId: string): boolean {
    const { isHosted, isServing, audienceOf, poolsOf } = this.#options;
    return (
      isHosted(manifestId) || (isServing() && includesMember(audienceOf(manifestId), poolsOf(peer)))
    );
  }

  /**
   * Peers that may have a model which this one gave. What others claim to have says nothing: a stranger who knows the id
   * of a pool's model could make it public by a line in its record.
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

  /** Those of the models, which are not hosted, that the own record names. */
  toName(models: readonly LibraryModel[]): ModelSummary[] {
    const readers = this.#options.readers();
    return models
      .filter(({ audience }) => mayBeNamed(audience, readers))
      .map(({ summary }) => summary);
  }

  /** Of rates by model, those of models that readers of the own record know from others. */
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
