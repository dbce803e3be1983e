/**
 * Tells topics to those who watch them: the newest value at once, and again when it changed, each topic at most as often
 * as its rate allows. Nothing is read of a topic without a watcher.
 */
import { Merged } from './merged.ts';
import { alwaysReady, type CallContext } from './rpc/server.ts';

export type TopicSource<Value> = {
  /** How often the topic is told at most, in milliseconds. */
  readonly everyMs: number;
  readonly read: () => Value | Promise<Value>;
  /** For what changes without a word: how often it is read anew while it is watched, in milliseconds. */
  readonly renewedAfterMs?: number;
  /** Called when the first begins to watch; what it returns, when the last has ended. */
  readonly open?: () => () => void;
};

export type TopicSources<Values> = { readonly [T in keyof Values]: TopicSource<Values[T]> };

type Told<Values> = {
  readonly [T in keyof Values]: {
    readonly topic: T;
    readonly revision: number;
    readonly value: Values[T];
  };
}[keyof Values];

type Watcher = {
  readonly tell: (revision: number, value: unknown) => void;
  /** The last revision that it was told; undefined before the first. */
  told: number | undefined;
  /** False while it takes nothing. */
  readonly isReady: () => boolean;
};

export class TopicHub<Values extends object> {
  readonly #feeds: ReadonlyMap<keyof Values, TopicFeed>;

  constructor(sources: TopicSources<Values>) {
    const entries = Object.entries<TopicSource<unknown>>(sources);
    this.#feeds = new Map(
      entries.map(([topic, source]) => [topic as keyof Values, new TopicFeed(source)]),
    );
  }

  /** These topics may have changed; without any, all. */
  changed(...topics: readonly (keyof Values)[]): void {
    for (const feed of this.#of(topics)) {
      feed.changed();
    }
  }

  /** Tells now what has changed of these topics, or of all, whatever the rates; resolves when that was read and told. */
  async refresh(...topics: readonly (keyof Values)[]): Promise<void> {
    await Promise.all(this.#of(topics).map((feed) => feed.refresh()));
  }

  /** Tells `context` the topics until its signal aborts. */
  watch(
    topics: readonly (keyof Values)[],
    { emit, signal, flow }: CallContext<Told<Values>>,
  ): Promise<null> {
    return new Promise((resolve) => {
      const watched = [...new Set(topics)].map((topic) => {
        const watcher: Watcher = {
          tell: (revision, value) => emit({ topic, revision, value } as unknown as Told<Values>),
          told: undefined,
          isReady: () => flow.isReady(),
        };
        return { feed: this.#feeds.get(topic), watcher };
      });
      const stopListening = flow.onReady(() => {
        for (const { feed, watcher } of watched) {
          feed?.catchUp(watcher);
        }
      });
      signal.addEventListener('abort', () => {
        stopListening();
        for (const { feed, watcher } of watched) {
          feed?.remove(watcher);
        }
        resolve(null);
      });
      for (const { feed, watcher } of watched) {
        feed?.add(watcher);
      }
    });
  }

  /** The value of a topic now, watched or not. */
  newest<T extends keyof Values>(topic: T): Promise<Values[T]> {
    return new Promise((resolve) => {
      const end = new AbortController();
      void this.watch([topic], {
        signal: end.signal,
        flow: alwaysReady,
        emit: ({ value }) => {
          resolve(value as Values[T]);
          end.abort();
        },
      });
    });
  }

  #of(topics: readonly (keyof Values)[]): TopicFeed[] {
    return [...this.#feeds].flatMap(([topic, feed]) =>
      topics.length === 0 || topics.includes(topic) ? [feed] : [],
    );
  }
}

/** One topic. */
class TopicFeed {
  readonly #source: TopicSource<unknown>;
  readonly #watchers = new Set<Watcher>();
  readonly #changes: Merged;
  #revision = 0;
  /** As it was told last; undefined while it is not watched. */
  #newest: { readonly text: string; readonly value: unknown } | undefined;
  #reading: Promise<void> | undefined;
  #renewal: ReturnType<typeof setInterval> | undefined;
  #close: (() => void) | undefined;

  constructor(source: TopicSource<unknown>) {
    this.#source = source;
    this.#changes = new Merged({
      intervalMs: source.everyMs,
      tell: () => {
        void this.refresh();
        return true;
      },
    });
  }

  changed(): void {
    if (this.#watchers.size > 0) {
      this.#changes.notify();
    }
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
    if (this.#watchers.size === 1) {
      const { renewedAfterMs, open } = this.#source;
      this.#close = open?.();
      if (renewedAfterMs !== undefined) {
        this.#renewal = setInterval(() => this.changed(), renewedAfterMs);
      }
    }
    // Also one that sees nothing now begins with a value.
    void this.refresh().then(() => this.#tell(watcher));
  }

  remove(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size === 0) {
      clearInterval(this.#renewal);
      this.#changes.stop();
      this.#close?.();
      this.#close = undefined;
      this.#newest = undefined;
    }
  }

  /** Tells a watcher that takes values again what it has missed. */
  catchUp(watcher: Watcher): void {
    if (watcher.told !== undefined && watcher.told !== this.#revision) {
      this.#tell(watcher);
    }
  }

  /** One reading at a time, and one more after it for what changed meanwhile. */
  async refresh(): Promise<void> {
    if (this.#watchers.size === 0) {
      return;
    }
    await this.#reading;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #read(): Promise<void> {
    let value: unknown;
    try {
      value = await this.#source.read();
    } catch {
      // What cannot be read now stays as it was told.
      return;
    }
    const text = JSON.stringify(value);
    if (this.#watchers.size === 0 || text === this.#newest?.text) {
      return;
    }
    this.#newest = { text, value };
    this.#revision += 1;
    for (const watcher of this.#watchers) {
      if (watcher.told !== undefined && watcher.isReady()) {
        this.#tell(watcher);
      }
    }
  }

  #tell(watcher: Watcher): void {
    if (this.#newest !== undefined && this.#watchers.has(watcher)) {
      watcher.told = this.#revision;
      watcher.tell(this.#revision, this.#newest.value);
    }
  }
}
