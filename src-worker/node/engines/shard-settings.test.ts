/** Engines of which other settings are wanted while they serve. */
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

describe('other settings for engines', () => {
  const fewer = { ...fakeSettings, contextLength: 500 };

  it('start the engines anew, one after the other, each when its sessions have ended', async () => {
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

  it('do not wait for ever for a session', async () => {
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

  it('let a question of the own user wait for its layers, and no longer than it wants to', async () => {
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

  it('are those of a shard that starts later, and are tried at once with one that failed', async () => {
    const engines = new FakeEngines();
    engines.refuseLoads = new AppError('engine-failed', 'No memory');
    const { host } = await hosting([whole], engines);
    expect(host.statuses()).toMatchObject([{ state: 'faulted' }]);
    engines.refuseLoads = undefined;
    host.configure(fewer);
    await settle();
    expect(host.records()).toMatchObject([{ ...whole, contextLength: 500 }]);
  });

  it('that change twice are the newest in the end, and no engine is left of the others', async () => {
    const { engines, host } = await hosting();
    host.configure(fewer);
    host.configure({ ...fewer, contextLength: 300 });
    await settle();
    expect(engines.running.map(({ parameters }) => parameters.contextLength)).toEqual([300]);
  });
});
