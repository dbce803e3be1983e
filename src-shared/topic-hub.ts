/**
 * Sends topics to their watchers: the newest value at once, and again after each change, at most as often as the
 * topic's rate allows. A topic without a watcher is not read.
 */
import { Merged } from './merged.ts';
import { alwaysReady, type CallContext } from './rpc/server.ts';

export type TopicSource<Value> = {
  /** The shortest interval between two messages about the topic, in milliseconds. */
  readonly everyMs: number;
  readonly read: () => Value | Promise<Value>;
  /** For a topic without events of change: how often it is read while it is watched, in milliseconds. */
  readonly renewedAfterMs?: number;
  /** Called when the first watcher comes; the returned function is called when the last one has gone. */
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
  /** The revision that the watcher got last; undefined before the first. */
  told: number | undefined;
  /** False while the watcher takes no messages. */
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

  /** Reports that these topics may have changed; without arguments, all of them. */
  changed(...topics: readonly (keyof Values)[]): void {
    for (const feed of this.#of(topics)) {
      feed.changed();
    }
  }

  /**
   * Sends the changes of these topics, or of all, at once and whatever the rates; resolves when they were read and
   * sent.
   */
  async refresh(...topics: readonly (keyof Values)[]): Promise<void> {
    await Promise.all(this.#of(topics).map((feed) => feed.refresh()));
  }

  /** Sends the topics to `context` until its signal aborts. */
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

  /** The current value of a topic, watched or not. */
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
  /** The value that was sent last; undefined while the topic is not watched. */
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
    // A watcher that takes no messages now still gets the first value.
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

  /** Sends a watcher that takes messages again what it has missed. */
  catchUp(watcher: Watcher): void {
    if (watcher.told !== undefined && watcher.told !== this.#revision) {
      this.#tell(watcher);
    }
  }

  /** Reads the topic, one reading at a time, and once more for changes during a reading. */
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
      // A topic that cannot be read now keeps the value that was sent last.
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
