import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import { ManualClock, settle } from '../../../test/support/gateway/gateway-clock.ts';
import { Admission } from './admission.ts';

/** A request that runs until the test ends it; `state` is where it is, or how it ended. */
class Request {
  state = 'waiting';
  starts = 0;
  readonly #abort = new AbortController();
  #end = (): void => {};
  #full: boolean;

  constructor(admission: Admission, options: { full?: boolean } = {}) {
    this.#full = options.full ?? false;
    void this.#follow(admission);
  }

  async #follow(admission: Admission): Promise<void> {
    try {
      for await (const value of admission.run(() => this.#answer(), this.#abort.signal)) {
        this.state = value;
      }
      this.state = 'answered';
    } catch (error) {
      this.state = error instanceof AppError ? error.code : String(error);
    }
  }

  async *#answer(): AsyncGenerator<string, void, void> {
    this.starts += 1;
    if (this.#full) {
      throw new AppError('over-capacity', 'The mesh is full.');
    }
    yield 'running';
    await new Promise<void>((resolve) => {
      this.#end = resolve;
    });
  }

  end(): Promise<void> {
    this.#end();
    return settle();
  }

  cancel(): Promise<void> {
    this.#abort.abort();
    return settle();
  }

  meshHasRoom(): void {
    this.#full = false;
  }
}

async function start(admission: Admission, count: number): Promise<Request[]> {
  const requests = Array.from({ length: count }, () => new Request(admission));
  await settle();
  return requests;
}

const states = (requests: readonly Request[]): string[] => requests.map(({ state }) => state);

describe('admission', () => {
  it('runs as many as allowed, lets the next wait in order, and refuses the rest at once', async () => {
    const admission = new Admission(
      { concurrency: 2, queue: 2, queueWaitMs: 1000 },
      new ManualClock(),
    );
    const requests = await start(admission, 5);
    expect(states(requests)).toEqual(['running', 'running', 'waiting', 'waiting', 'over-capacity']);
    expect(admission.counts()).toEqual({ active: 2, queued: 2 });

    await requests[1]?.end();
    expect(states(requests).slice(0, 4)).toEqual(['running', 'answered', 'running', 'waiting']);
    await requests[0]?.end();
    await requests[2]?.end();
    await requests[3]?.end();
    expect(admission.counts()).toEqual({ active: 0, queued: 0 });
  });

  it('refuses a request that waited too long, and lets another take the place of a cancelled one', async () => {
    const clock = new ManualClock();
    const admission = new Admission({ concurrency: 1, queue: 1, queueWaitMs: 1000 }, clock);
    const requests = await start(admission, 2);
    await clock.pass(999);
    expect(states(requests)).toEqual(['running', 'waiting']);
    await clock.pass(1);
    expect(states(requests)).toEqual(['running', 'over-capacity']);

    const [cancelled] = await start(admission, 1);
    await cancelled?.cancel();
    expect(cancelled?.state).toBe('cancelled');
    const [next] = await start(admission, 1);
    await requests[0]?.end();
    expect(next?.state).toBe('running');
    await next?.end();
    expect(clock.pendingTimers).toBe(0);
  });

  it('starts nothing for a request that was cancelled before it came', async () => {
    const admission = new Admission({ concurrency: 1, queue: 1, queueWaitMs: 1000 });
    let starts = 0;
    const run = admission.run(async function* () {
      starts += 1;
      yield 'running';
    }, AbortSignal.abort());
    await expect(run.next()).rejects.toMatchObject({ code: 'cancelled' });
    expect(starts).toBe(0);
    expect(admission.counts()).toEqual({ active: 0, queued: 0 });
  });

  it('tries a request again when the mesh was full: after a while, or when another ends', async () => {
    const clock = new ManualClock();
    const admission = new Admission({ concurrency: 2, queue: 1, queueWaitMs: 5000 }, clock);
    const full = new Request(admission, { full: true });
    await settle();
    expect(full.starts).toBe(1);
    expect(admission.counts()).toEqual({ active: 0, queued: 1 });
    await clock.pass(500);
    expect(full.starts).toBe(2);

    const [other] = await start(admission, 1);
    expect(other?.state).toBe('running');
    full.meshHasRoom();
    await other?.end();
    expect(full.state).toBe('running');
    await full.end();
  });

  it('gives a request up that finds the mesh full until its wait is over', async () => {
    const clock = new ManualClock();
    const admission = new Admission({ concurrency: 1, queue: 0, queueWaitMs: 1200 }, clock);
    const full = new Request(admission, { full: true });
    await settle();
    await clock.pass(1200);
    expect(full.state).toBe('over-capacity');
    expect(full.starts).toBe(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets refused clients come back after the mean time that requests took', async () => {
    const clock = new ManualClock();
    const admission = new Admission({ concurrency: 1, queue: 2, queueWaitMs: 60_000 }, clock);
    expect(admission.retryAfterSeconds()).toBe(1);
    const [first] = await start(admission, 1);
    await clock.pass(8000);
    await first?.end();
    await start(admission, 3);
    expect(admission.retryAfterSeconds()).toBe(24);
  });
});
