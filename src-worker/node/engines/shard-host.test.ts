import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import { fullComputeShare } from '../../../src-shared/compute-share.ts';
import {
  fakeSettings,
  hostOf,
  left,
  library,
  listener,
  ownRequest,
  request,
  right,
  settle,
  whole,
} from '../../../test/support/sessions/fake-shard-host.ts';
import { FakeEngines } from '../../../test/support/sessions/node-fake-engines.ts';
import { fakeModel } from '../../../test/support/sessions/node-fake-mesh.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function cannotCut(): Promise<string> {
  return Promise.reject(new AppError('gguf-unsupported', 'It cannot be cut'));
}

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

  it('without a range mean the whole model', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }, { model: fakeModel.manifestId, layers: whole }]);
    await settle();
    expect(engines.all.map(({ parameters }) => parameters.role)).toEqual(['whole']);
  });

  it.each([
    [{ model: 'Another model' }, 'model-not-found'],
    [{ model: 'Fake model', layers: { firstLayer: 3, lastLayer: 6 } }, 'setting-invalid'],
  ])('that make no sense change nothing: %o', async (entry, code) => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    expect(() => host.setDesired([entry])).toThrow(expect.objectContaining({ code }));
    await settle();
    expect(engines.running).toHaveLength(1);
  });

  it('that stay are left running, those that go are ended, and that counts as no crash', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([
      { model: 'Fake model', layers: left },
      { model: 'Fake model', layers: right },
    ]);
    await settle();
    const ended = listener();
    await host.find(fakeModel.manifestId, left, false)?.openSession(request, ended);
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
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    const stopped = host.stop();
    await settle();
    await stopped;
    expect(engines.running).toEqual([]);
    expect(host.statuses()).toEqual([]);
    expect(() => host.setDesired([])).toThrow('stopping');
  });
});

it('engines are not waited for where they have to end at once', async () => {
  const engines = new FakeEngines();
  engines.holdStops = true;
  const host = hostOf(engines);
  host.setDesired([{ model: 'Fake model' }]);
  await settle();
  await host.stop(true);
  expect(engines.running).toEqual([]);
});

it('engines keep to the pace that was ordered, also those that start later', async () => {
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
  it('lets what is in flight go on while it drains, and begins nothing new', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    const served = listener();
    await host.find(fakeModel.manifestId, whole, false)?.openSession(request, served);
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

  it('kills its engines, also one that was ending in peace, and loads all that is desired afterwards', async () => {
    const engines = new FakeEngines();
    engines.holdStops = true;
    const host = hostOf(engines);
    host.setDesired([
      { model: 'Fake model', layers: left },
      { model: 'Fake model', layers: right },
    ]);
    await settle();
    const failed = listener();
    await host.find(fakeModel.manifestId, right, false)?.openSession(request, failed);
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

  it('gives up a load, and starts none while it is paused', async () => {
    const engines = new FakeEngines();
    engines.holdLoads = true;
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    await host.setWork({ state: 'paused', answersOwner: false });
    host.setDesired([{ model: 'Fake model', layers: left }]);
    await settle();
    expect([engines.attempts, engines.running.length]).toEqual([1, 0]);
  });
});

describe('a crash', () => {
  it('fails the sessions at once, and the shard serves again soon after', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    const shard = host.find(fakeModel.manifestId, whole, false);
    const failed = listener();
    await shard?.openSession(request, failed);
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
    await expect(shard?.openSession(request, listener())).rejects.toMatchObject({
      code: 'engine-died',
    });
    await vi.advanceTimersByTimeAsync(250);
    await settle();
    expect(host.statuses()).toMatchObject([{ state: 'serving', fault: null, sessions: 0 }]);
    await host.find(fakeModel.manifestId, whole, false)?.openSession(request, listener());
  });

  it('that repeats itself is waited for longer and longer, up to a minute', async () => {
    const engines = new FakeEngines();
    engines.refuseLoads = new AppError('engine-load-failed', 'The file is damaged');
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
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

describe('sessions', () => {
  it('are counted, numbered upward and never past the limit', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    const shard = host.find(fakeModel.manifestId, whole, false);
    const first = await shard?.openSession(request, listener());
    await shard?.openSession(request, listener());
    await expect(shard?.openSession(request, listener())).rejects.toMatchObject({
      code: 'over-capacity',
    });
    expect(host.records()).toMatchObject([{ freeSessions: 0, freeCells: 800 }]);
    first?.close();
    first?.close();
    await shard?.openSession(request, listener());
    const [engine] = engines.all;
    expect(engine?.opened).toEqual([1, 2, 3]);
    expect(engine?.closed).toEqual([1]);
  });

  it('that the engine refuses give their place back', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    engines.refuseOpens = new AppError('request-invalid', 'The grammar has no root');
    const shard = host.find(fakeModel.manifestId, whole, false);
    await expect(shard?.openSession(request, listener())).rejects.toMatchObject({
      code: 'request-invalid',
    });
    expect(host.records()).toMatchObject([{ freeSessions: 2, freeCells: 1000 }]);
  });

  it('that the engine gives up are told and free, and the others go on', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    const shard = host.find(fakeModel.manifestId, whole, false);
    const [bad, good] = [listener(), listener()];
    await shard?.openSession(request, bad);
    await shard?.openSession(request, good);
    engines.all[0]?.failSession(1, new AppError('context-too-long', 'The cache is full'));
    expect(bad.failures).toMatchObject([{ code: 'context-too-long' }]);
    expect(good.failures).toEqual([]);
    expect(host.records()).toMatchObject([{ freeSessions: 1 }]);
  });

  it('measure the shard’s own speed, without what other stages computed', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model', layers: right }]);
    await settle();
    const session = await host
      .find(fakeModel.manifestId, right, false)
      ?.openSession(request, listener());
    const work = { position: 0, count: 1, flags: 1, values: new Uint8Array(32) };
    for (let token = 0; token < 5; token += 1) {
      session?.send({ ...work, computeMicros: 9000 });
      engines.all[0]?.answer(1, 9000 + 4000);
    }
    expect(host.records()).toMatchObject([{ tokensPerSecond: 250 }]);
    expect(host.statuses()).toMatchObject([{ tokensPerSecond: 5 }]);
  });
});

describe('other settings for engines', () => {
  const fewer = { ...fakeSettings, contextLength: 500 };

  it('start the engines anew, one after the other, each when its sessions have ended', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([
      { model: 'Fake model', layers: left },
      { model: 'Fake model', layers: right },
    ]);
    await settle();
    const session = await host
      .find(fakeModel.manifestId, left, false)
      ?.openSession(request, listener());
    host.configure(fewer);
    await settle();
    expect(host.find(fakeModel.manifestId, left, false)).toBeUndefined();
    expect(host.find(fakeModel.manifestId, right, false)).toBeDefined();
    expect(host.records()).toMatchObject([right]);
    expect(host.statuses()).toMatchObject([{ ...left, state: 'serving', sessions: 1 }, right]);
    expect(engines.attempts).toBe(2);
    session?.close();
    await settle();
    expect(engines.running.map(({ parameters }) => parameters.contextLength)).toEqual([500, 500]);
    expect(host.records()).toMatchObject([
      { ...left, contextLength: 500 },
      { ...right, contextLength: 500 },
    ]);
  });

  it('do not wait for ever for a session', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    const ended = listener();
    await host.find(fakeModel.manifestId, whole, false)?.openSession(request, ended);
    host.configure(fewer);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(ended.failures).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    await settle();
    expect(ended.failures).toMatchObject([{ code: 'peer-failed' }]);
    expect(host.records()).toMatchObject([{ ...whole, contextLength: 500 }]);
  });

  it('let a question of the own user wait for its layers, and no longer than it wants to', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    const session = await host
      .find(fakeModel.manifestId, whole, true)
      ?.openSession(ownRequest, listener());
    host.configure(fewer);
    await settle();
    expect(host.ownRecords()).toMatchObject([{ ...whole, contextLength: 500 }]);
    expect(host.ownModels()).toEqual([fakeModel]);
    const impatient = new AbortController();
    const givenUp = host.wake(fakeModel.manifestId, impatient.signal);
    impatient.abort();
    await givenUp;
    const patient = host.wake(fakeModel.manifestId, new AbortController().signal);
    session?.close();
    await patient;
    expect(host.find(fakeModel.manifestId, whole, true)).toBeDefined();
    expect(engines.running.map(({ parameters }) => parameters.contextLength)).toEqual([500]);
  });

  it('that are the same as before change nothing', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    host.configure({ ...fakeSettings });
    await settle();
    expect(engines.attempts).toBe(1);
  });

  it('are those of a shard that starts later, and are tried at once with one that failed', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    engines.refuseLoads = new AppError('engine-failed', 'No memory');
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    expect(host.statuses()).toMatchObject([{ state: 'faulted' }]);
    engines.refuseLoads = undefined;
    host.configure(fewer);
    await settle();
    expect(host.records()).toMatchObject([{ ...whole, contextLength: 500 }]);
  });

  it('that change twice are the newest in the end, and no engine is left of the others', async () => {
    const engines = new FakeEngines();
    const host = hostOf(engines);
    host.setDesired([{ model: 'Fake model' }]);
    await settle();
    host.configure(fewer);
    host.configure({ ...fewer, contextLength: 300 });
    await settle();
    expect(engines.running.map(({ parameters }) => parameters.contextLength)).toEqual([300]);
  });
});
