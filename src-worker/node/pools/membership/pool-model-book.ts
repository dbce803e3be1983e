/**
 * The models that one pool offers, as this node knows them. The result depends on the set of entries only, not on the
 * order in which they arrived. The set is bounded, and a malicious admin cannot use up the owner's room.
 */
import type { Membership } from './certificate.ts';
import { clockToleranceMs } from './certificate.ts';
import type { PoolModel, PoolModelEntry, PoolModelFacts } from './pool-model.ts';

/** Most entries by the owner, and most by all admins together, including withdrawn ones. */
export const maxPoolModels = 128;

/** How long withdrawn entries are kept, in milliseconds. A member that was away for longer may bring such an entry back. */
const withdrawnKeptMs = 90 * 24 * 3_600_000;

export type PoolModelBookOptions = {
  readonly pool: string;
  /** Whether a signer's membership was revoked. */
  readonly isVoid: (membership: Membership) => boolean;
  readonly now: () => number;
  readonly onChange: () => void;
};

export class PoolModelBook {
  readonly #options: PoolModelBookOptions;
  readonly #byOwner = new Map<string, PoolModel>();
  readonly #byAdmins = new Map<string, PoolModel>();

  constructor(options: PoolModelBookOptions) {
    this.#options = options;
  }

  /** All entries whose signers are still allowed to make them, to be sent and stored. */
  all(): PoolModel[] {
    return [...this.#byOwner.values(), ...this.#byAdmins.values()].filter((each) =>
      this.#counts(each),
    );
  }

  /** The models that are offered: of entries with the same id, the owner's wins over an admin's. */
  offered(): (PoolModelFacts & { readonly id: string })[] {
    const entries = this.all().map(({ entry }) => entry.value);
    const byId = new Map<string, PoolModelEntry>();
    for (const entry of entries.toReversed()) {
      byId.set(entry.id, entry);
    }
    return [...byId.values()]
      .flatMap(({ id, model }) => (model === null ? [] : [{ id, ...model }]))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Adds a checked entry; false when it is not new, its time is in the future, or there is no room. */
  add(model: PoolModel): boolean {
    const { pool, id, at } = model.entry.value;
    const { now, onChange } = this.#options;
    if (pool !== this.#options.pool || at > now() + clockToleranceMs || !this.#counts(model)) {
      return false;
    }
    const entries = model.signer === undefined ? this.#byOwner : this.#byAdmins;
    const known = entries.get(id);
    const isKnownValid = known !== undefined && this.#counts(known);
    if (isKnownValid ? !isLater(model, known) : !this.#hasRoom(entries, id)) {
      return false;
    }
    entries.set(id, model);
    onChange();
    return true;
  }

  /** Whether the owner has made an entry with this id, which no other member can change. */
  isOwners(id: string): boolean {
    return this.#byOwner.has(id);
  }

  /** The time for a new entry with this id, later than all known ones, in milliseconds. */
  nextAt(id: string): number {
    const known = [this.#byOwner.get(id), this.#byAdmins.get(id)];
    return Math.max(
      this.#options.now(),
      ...known.map((model) => (model === undefined ? 0 : model.entry.value.at + 1)),
    );
  }

  #counts({ signer }: PoolModel): boolean {
    return signer === undefined || !this.#options.isVoid(signer);
  }

  #hasRoom(entries: Map<string, PoolModel>, id: string): boolean {
    if (entries.has(id) || entries.size < maxPoolModels) {
      return true;
    }
    for (const [other, model] of entries) {
      const { at, model: offered } = model.entry.value;
      const isOld = offered === null && at < this.#options.now() - withdrawnKeptMs;
      if (isOld || !this.#counts(model)) {
        entries.delete(other);
      }
    }
    return entries.size < maxPoolModels;
  }
}

/** Entries of the same millisecond are ordered by their bytes, so that all nodes order them the same. */
function isLater({ entry }: PoolModel, { entry: known }: PoolModel): boolean {
  return (
    entry.value.at > known.value.at ||
    (entry.value.at === known.value.at && Buffer.compare(entry.bytes, known.bytes) > 0)
  );
}
