import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import {
  hosting,
  hostOf,
  left,
  listener,
  ownRequest,
  request,
  right,
  servingShard,
  settle,
  useFakeTimeouts,
  whole,
} from '../../../test/support/sessions/fake-shard-host.ts';
import { FakeEngines } from '../../../test/support/sessions/node-fake-engines.ts';
import { fakeModel } from '../../../test/support/sessions/node-fake-mesh.ts';

useFakeTimeouts();

describe('a machine that answers its own user alone', () => {
  const model = fakeModel.manifestId;
  const whenever = new AbortController().signal;

  it('loads a model when a question needs it, and does not offer it to peers', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    await host.setWork({ state: 'paused', answersOwner: true });
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    expect(engines.all).toEqual([]);
    expect(host.ownRecords()).toMatchObject([{ ...whole, freeSessions: 3, freeCells: 1000 }]);
    expect(host.ownModels()).toEqual([fakeModel]);
    await host.wake('another model', whenever);
    expect(engines.all).toEqual([]);
    await host.wake(model, whenever);
    expect(engines.running).toHaveLength(1);
    expect(host.find(model, whole, true)).toBeDefined();
    expect(host.find(model, whole, false)).toBeUndefined();
    expect([host.records(), host.models()]).toEqual([[], []]);
  });

  it('keeps an engine that its user needs, and ends the sessions of others', async () => {
    const { engines, host } = await hosting([left, right]);
    const own = listener();
    const foreign = listener();
    await servingShard(host, left, true).openSession(ownRequest, own);
    await servingShard(host, left).openSession(request, foreign);
    await host.setWork({ state: 'paused', answersOwner: true });
    expect(engines.running.map(({ parameters }) => parameters.role)).toEqual(['first']);
    expect(engines.running[0]?.closed).toEqual([2]);
    expect(foreign.failures).toMatchObject([{ code: 'peer-failed' }]);
    expect(own.failures).toEqual([]);
    await host.setWork({ state: 'paused', answersOwner: true });
    expect(engines.running).toHaveLength(1);
    await host.setWork({ state: 'paused', answersOwner: false });
    expect(engines.running).toEqual([]);
    expect(own.failures).toMatchObject([{ code: 'peer-failed' }]);
  });

  it('frees the memory five minutes after the last answer', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    await host.setWork({ state: 'paused', answersOwner: true });
    host.setDesired([{ model: 'Fake model' }]);
    await host.wake(model, whenever);
    const session = await servingShard(host, whole, true).openSession(ownRequest, listener());
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(engines.running).toHaveLength(1);
    session.close();
    await vi.advanceTimersByTimeAsync(299_999);
    expect(engines.running).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(engines.running).toEqual([]);
    expect(host.statuses()).toMatchObject([{ state: 'idle' }]);
    await host.wake(model, whenever);
    expect(engines.running).toHaveLength(1);
  });

  it('stops retrying a load that no question needs any more, and continues one for which a question waits', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    await host.setWork({ state: 'paused', answersOwner: true });
    host.setDesired([{ model: 'Fake model' }]);
    engines.refuseLoads = new AppError('engine-load-failed', 'The file is damaged');
    await host.wake(model, whenever);
    await vi.advanceTimersByTimeAsync(300_000);
    await settle();
    expect(host.statuses()).toMatchObject([{ state: 'idle' }]);
    const { attempts } = engines;
    expect(attempts).toBeGreaterThan(5);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(engines.attempts).toBe(attempts);

    engines.refuseLoads = undefined;
    engines.holdLoads = true;
    const patience = new AbortController();
    const woken = host.wake(model, patience.signal);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(host.statuses()).toMatchObject([{ state: 'starting' }]);
    patience.abort();
    await woken;
    await vi.advanceTimersByTimeAsync(300_000);
    await settle();
    expect(host.statuses()).toMatchObject([{ state: 'idle' }]);
  });

  it('lets a question wait no longer for a load that failed, or after the question was cancelled', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    await host.setWork({ state: 'paused', answersOwner: true });
    host.setDesired([{ model: 'Fake model' }]);
    engines.refuseLoads = new AppError('engine-load-failed', 'The file is damaged');
    await host.wake(model, whenever);
    expect(host.ownRecords()).toEqual([]);
    await host.setWork({ state: 'paused', answersOwner: false });
    await host.wake(model, whenever);
    expect(engines.attempts).toBe(1);

    await host.setWork({ state: 'paused', answersOwner: true });
    engines.refuseLoads = undefined;
    engines.holdLoads = true;
    const patience = new AbortController();
    const woken = host.wake(model, patience.signal);
    patience.abort();
    await woken;
    expect(engines.running).toEqual([]);
    await host.stop();
  });
});
