/** What happens to a shard whose engine crashes or does not load. */
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import {
  hosting,
  hostOf,
  left,
  library,
  listener,
  request,
  servingShard,
  settle,
  useFakeTimeouts,
  whole,
} from '../../../test/support/sessions/fake-shard-host.ts';
import { FakeEngines } from '../../../test/support/sessions/node-fake-engines.ts';

useFakeTimeouts();

function cannotCut(): Promise<string> {
  return Promise.reject(new AppError('gguf-unsupported', 'It cannot be cut'));
}

describe('a crash', () => {
  it('fails the sessions at once, and the shard serves again soon after', async () => {
    const { engines, host } = await hosting();
    const shard = servingShard(host);
    const failed = listener();
    await shard.openSession(request, failed);
    engines.running[0]?.crash();
    expect(failed.failures).toMatchObject([
      { code: 'engine-died', message: expect.stringMatching(/lost its engine$/) },
    ]);
    expect(host.records()).toEqual([]);
    expect(host.statuses()).toMatchObject([
      {
        state: 'faulted',
        pid: null,
        fault: 'The engine was ended by SIGKILL It is tried again after 0.25 s.',
      },
    ]);
    await expect(shard.openSession(request, listener())).rejects.toMatchObject({
      code: 'engine-died',
    });
    await vi.advanceTimersByTimeAsync(250);
    await settle();
    expect(host.statuses()).toMatchObject([{ state: 'serving', fault: null, sessions: 0 }]);
    await servingShard(host).openSession(request, listener());
  });

  it('that repeats itself is retried with a growing back-off, up to a minute', async () => {
    const engines = new FakeEngines();
    engines.refuseLoads = new AppError('engine-load-failed', 'The file is damaged');
    const { host } = await hosting([whole], engines);
    for (const delay of [0.25, 0.5, 1, 2, 4, 8, 16, 32, 60, 60]) {
      expect(host.statuses()[0]?.fault).toContain(`The file is damaged`);
      const before = engines.attempts;
      await vi.advanceTimersByTimeAsync(delay * 1000 - 1);
      await settle();
      expect(engines.attempts).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      await settle();
      expect(engines.attempts).toBe(before + 1);
    }
    await host.stop();
  });

  it('is also a shard that cannot be cut', async () => {
    const host = hostOf(new FakeEngines(), library({ shardPath: cannotCut }));
    host.setDesired([{ model: 'Fake model', layers: left }]);
    await settle();
    expect(host.statuses()).toMatchObject([
      { state: 'faulted', fault: expect.stringContaining('It cannot be cut') },
    ]);
    await host.stop();
  });
});
