/** New settings for engines that serve. */
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import {
  fakeSettings,
  hosting,
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

describe('new settings for engines', () => {
  const fewer = { ...fakeSettings, contextLength: 500 };

  it('restart the engines, one after the other, each when its sessions have ended', async () => {
    const { engines, host } = await hosting([left, right]);
    const session = await servingShard(host, left).openSession(request, listener());
    host.configure(fewer);
    await settle();
    expect(host.find(fakeModel.manifestId, left, false)).toBeUndefined();
    expect(host.find(fakeModel.manifestId, right, false)).toBeDefined();
    expect(host.records()).toMatchObject([right]);
    expect(host.statuses()).toMatchObject([{ ...left, state: 'serving', sessions: 1 }, right]);
    expect(engines.attempts).toBe(2);
    session.close();
    await settle();
    expect(engines.running.map(({ parameters }) => parameters.contextLength)).toEqual([500, 500]);
    expect(host.records()).toMatchObject([
      { ...left, contextLength: 500 },
      { ...right, contextLength: 500 },
    ]);
  });

  it('wait for a session for 30 seconds at most', async () => {
    const { host } = await hosting();
    const ended = listener();
    await servingShard(host).openSession(request, ended);
    host.configure(fewer);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(ended.failures).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    await settle();
    expect(ended.failures).toMatchObject([{ code: 'peer-failed' }]);
    expect(host.records()).toMatchObject([{ ...whole, contextLength: 500 }]);
  });

  it('let a question of the owner wait for its layers, until it is cancelled', async () => {
    const { engines, host } = await hosting();
    const session = await servingShard(host, whole, true).openSession(ownRequest, listener());
    host.configure(fewer);
    await settle();
    expect(host.ownRecords()).toMatchObject([{ ...whole, contextLength: 500 }]);
    expect(host.ownModels()).toEqual([fakeModel]);
    const impatient = new AbortController();
    const givenUp = host.wake(fakeModel.manifestId, impatient.signal);
    impatient.abort();
    await givenUp;
    const patient = host.wake(fakeModel.manifestId, new AbortController().signal);
    session.close();
    await patient;
    expect(host.find(fakeModel.manifestId, whole, true)).toBeDefined();
    expect(engines.running.map(({ parameters }) => parameters.contextLength)).toEqual([500]);
  });

  it('that are the same as before change nothing', async () => {
    const { engines, host } = await hosting();
    host.configure({ ...fakeSettings });
    await settle();
    expect(engines.attempts).toBe(1);
  });

  it('hold for a shard that starts later, and restart one that failed at once', async () => {
    const engines = new FakeEngines();
    engines.refuseLoads = new AppError('engine-failed', 'No memory');
    const { host } = await hosting([whole], engines);
    expect(host.statuses()).toMatchObject([{ state: 'faulted' }]);
    engines.refuseLoads = undefined;
    host.configure(fewer);
    await settle();
    expect(host.records()).toMatchObject([{ ...whole, contextLength: 500 }]);
  });

  it('that change twice end with the newest, and leave no engine with the former ones', async () => {
    const { engines, host } = await hosting();
    host.configure(fewer);
    host.configure({ ...fewer, contextLength: 300 });
    await settle();
    expect(engines.running.map(({ parameters }) => parameters.contextLength)).toEqual([300]);
  });
});
