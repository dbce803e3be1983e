/** Which engines run for the desired shards, and how they end when the machine is released. */
import { describe, expect, it, vi } from 'vitest';
import { fullComputeShare } from '../../../src-shared/compute-share.ts';
import {
  hosting,
  hostOf,
  left,
  library,
  listener,
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

describe('desired shards', () => {
  it('become engines with the shard’s file and role, and serve', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([
      { model: 'Fake model', layers: left },
      { model: 'Fake model', layers: right },
    ]);
    expect(host.statuses().map(({ state }) => state)).toEqual(['starting', 'starting']);
    expect(host.records()).toEqual([]);
    await settle();
    expect(engines.all.map(({ parameters }) => [parameters.path, parameters.role])).toEqual([
      ['/shards/0-2.gguf', 'first'],
      ['/shards/3-5.gguf', 'last'],
    ]);
    expect(host.statuses().map(({ state }) => state)).toEqual(['serving', 'serving']);
    expect(host.records()).toMatchObject([
      { ...left, freeSessions: 2, maxSessions: 3, contextLength: 1000, freeCells: 1000 },
      { ...right, freeSessions: 2 },
    ]);
    expect(host.models()).toEqual([fakeModel]);
    expect(host.find(fakeModel.manifestId, left, false)).toBeDefined();
    expect(host.find(fakeModel.manifestId, whole, false)).toBeUndefined();
  });

  it('without a range are whole models', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }, { model: fakeModel.manifestId, layers: whole }]);
    await settle();
    expect(engines.all.map(({ parameters }) => parameters.role)).toEqual(['whole']);
  });

  it.each([
    [{ model: 'Another model' }, 'model-not-found'],
    [{ model: 'Fake model', layers: { firstLayer: 3, lastLayer: 6 } }, 'setting-invalid'],
  ])('that are not valid change nothing: %o', async (entry, code) => {
    const { engines, host } = await hosting();
    expect(() => host.setDesired([entry])).toThrow(expect.objectContaining({ code }));
    await settle();
    expect(engines.running).toHaveLength(1);
  });

  it('that stay keep their engines, and removed ones end theirs, which does not count as a crash', async () => {
    const { engines, host } = await hosting([left, right]);
    const ended = listener();
    await servingShard(host, left).openSession(request, ended);
    host.setDesired([
      { model: 'Fake model', layers: right },
      { model: 'Fake model', layers: whole },
    ]);
    await settle();
    expect(engines.all).toHaveLength(3);
    expect(engines.running.map(({ parameters }) => parameters.role)).toEqual(['last', 'whole']);
    expect(ended.failures).toMatchObject([{ code: 'peer-failed' }]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(engines.all).toHaveLength(3);
  });

  it('are given up while they load', async () => {
    const engines = new FakeEngines();
    engines.holdLoads = true;
    const { host } = await hosting([whole], engines);
    const stopped = host.stop();
    await settle();
    await stopped;
    expect(engines.running).toEqual([]);
    expect(host.statuses()).toEqual([]);
    expect(() => host.setDesired([])).toThrow('stopping');
  });
});

it('a stop at once does not wait for engines', async () => {
  const engines = new FakeEngines();
  engines.holdStops = true;
  const { host } = await hosting([whole], engines);
  await host.stop(true);
  expect(engines.running).toEqual([]);
});

it('engines get the ordered pace, also those that start later', async () => {
  const engines = new FakeEngines();
  const host = hostOf(engines);
  const slow = { workShare: 0.25, cpuShare: 0.5 };
  host.setDesired([{ model: 'Fake model' }]);
  await settle();
  await host.setWork({ state: 'serving', answersOwner: true, pace: slow });
  await host.setWork({ state: 'serving', answersOwner: true, pace: slow });
  host.setDesired([{ model: 'Fake model' }, { model: 'Fake model', layers: left }]);
  await settle();
  expect(engines.all.map(({ paces }) => paces)).toEqual([[slow], [slow]]);
  await host.setWork({ state: 'serving', answersOwner: true });
  expect(engines.all.map(({ paces }) => paces.at(-1))).toEqual([
    fullComputeShare,
    fullComputeShare,
  ]);
});

describe('a machine that is released', () => {
  it('finishes running sessions while it drains, and begins no new ones', async () => {
    const { engines, host } = await hosting();
    const served = listener();
    await servingShard(host).openSession(request, served);
    await host.setWork({ state: 'draining', answersOwner: false });
    host.setDesired([{ model: 'Fake model' }, { model: 'Fake model', layers: left }]);
    await settle();
    expect(host.find(fakeModel.manifestId, whole, false)).toBeUndefined();
    expect(engines.running).toHaveLength(1);
    expect(served.failures).toEqual([]);
    await host.setWork({ state: 'serving', answersOwner: true });
    await settle();
    expect(host.find(fakeModel.manifestId, whole, false)).toBeDefined();
    expect(engines.running).toHaveLength(2);
  });

  it('tells at once that the last session has ended while it drains, and nothing of sessions otherwise', async () => {
    let told = 0;
    const onDrained = (): void => void (told += 1);
    const host = hostOf(new FakeEngines(), library(), { onDrained });
    host.setDesired([{ model: fakeModel.name }]);
    await settle();
    const open = () => servingShard(host).openSession(request, listener());
    (await open()).close();
    const sessions = [await open(), await open()];
    await host.setWork({ state: 'draining', answersOwner: false });
    sessions[0]?.close();
    expect(told).toBe(0);
    sessions[1]?.close();
    expect(told).toBe(1);
    await host.setWork({ state: 'paused', answersOwner: false });
    expect(told).toBe(1);
  });

  it('kills its engines, also one that was ending in order, and loads all desired shards afterwards', async () => {
    const engines = new FakeEngines();
    engines.holdStops = true;
    const { host } = await hosting([left, right], engines);
    const failed = listener();
    await servingShard(host, right).openSession(request, failed);
    host.setDesired([{ model: 'Fake model', layers: right }]);
    await settle();
    expect(engines.running).toHaveLength(2);
    await host.setWork({ state: 'paused', answersOwner: false });
    expect(engines.running).toEqual([]);
    expect(host.statuses()).toMatchObject([{ ...right, state: 'idle', pid: null }]);
    expect(failed.failures).toMatchObject([{ code: 'peer-failed' }]);
    await host.setWork({ state: 'serving', answersOwner: true });
    await settle();
    expect(host.statuses()).toMatchObject([{ ...right, state: 'serving' }]);
  });

  it('aborts a load, and starts none while it is paused', async () => {
    const engines = new FakeEngines();
    engines.holdLoads = true;
    const { host } = await hosting([whole], engines);
    await host.setWork({ state: 'paused', answersOwner: false });
    host.setDesired([{ model: 'Fake model', layers: left }]);
    await settle();
    expect([engines.attempts, engines.running.length]).toEqual([1, 0]);
  });
});
