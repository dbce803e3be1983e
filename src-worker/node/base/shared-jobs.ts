/** Jobs that several callers may request at once and that run once, such as cutting a shard. */
type Job<Result> = {
  readonly result: Promise<Result>;
  readonly controller: AbortController;
  waiting: number;
};

export class SharedJobs<Result> {
  readonly #jobs = new Map<string, Job<Result>>();

  /**
   * The result of the job called `key`: of the one that is running, else of `start`. A caller whose `signal`
   * fires stops waiting (with the signal's reason); the job itself is aborted when no caller waits any more.
   */
  async run(
    key: string,
    signal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted();
    const job = this.#jobs.get(key) ?? this.#start(key, start);
    job.waiting += 1;
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([job.result, aborted.promise]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      job.waiting -= 1;
      if (job.waiting === 0) {
        // The next caller needs a job that is not being aborted; after the job's end this changes nothing.
        this.#forget(key, job);
        job.controller.abort();
      }
    }
  }

  /** Aborts the jobs whose key begins with `keyPrefix` and waits for their ends; their callers get `reason`. */
  async abort(keyPrefix: string, reason: Error): Promise<void> {
    const jobs = [...this.#jobs].filter(([key]) => key.startsWith(keyPrefix));
    for (const [, job] of jobs) {
      job.controller.abort(reason);
    }
    await Promise.allSettled(jobs.map(([, job]) => job.result));
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<Result>): Job<Result> {
    const controller = new AbortController();
    const job: Job<Result> = { result: start(controller.signal), controller, waiting: 0 };
    this.#jobs.set(key, job);
    // Waiting callers get the failure; without callers the only one is the abort, which is ignored.
    void job.result.catch(() => undefined).finally(() => this.#forget(key, job));
    return job;
  }

  #forget(key: string, job: Job<Result>): void {
    if (this.#jobs.get(key) === job) {
      this.#jobs.delete(key);
    }
  }
}
