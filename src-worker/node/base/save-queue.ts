/** Writes of the same id, one after the other: all calls while a write is under way share one further write. */

/** The write under way, and the one that waits for it. */
type Saving = { readonly begun: Promise<void>; next?: Promise<void> };

export class SaveQueue {
  readonly #write: (id: string) => Promise<void>;
  readonly #saves = new Map<string, Saving>();
  #isClosed = false;

  /** `write` writes the state of an id at the time of its call. */
  constructor(write: (id: string) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves once the state of now is written; rejects with the write's error. */
  save(id: string): Promise<void> {
    const saving = this.#saves.get(id);
    if (saving === undefined) {
      const begun = this.#run(id);
      this.#saves.set(id, { begun });
      return begun;
    }
    saving.next ??= saving.begun.catch(() => {}).then(() => this.#run(id));
    return saving.next;
  }

  /** Resolves when nothing of this id is being written. */
  async settled(id: string): Promise<void> {
    for (;;) {
      const saving = this.#saves.get(id);
      if (saving === undefined) {
        return;
      }
      await Promise.allSettled([saving.next ?? saving.begun]);
    }
  }

  /** Finishes the pending writes, and writes nothing after that. */
  async close(): Promise<void> {
    await Promise.all([...this.#saves.keys()].map((id) => this.settled(id)));
    this.#isClosed = true;
  }

  async #run(id: string): Promise<void> {
    try {
      if (!this.#isClosed) {
        await this.#write(id);
      }
    } finally {
      const next = this.#saves.get(id)?.next;
      if (next === undefined) {
        this.#saves.delete(id);
      } else {
        this.#saves.set(id, { begun: next });
      }
    }
  }
}
