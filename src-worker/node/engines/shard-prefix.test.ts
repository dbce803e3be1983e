import { expect, it } from 'vitest';
import {
  hostOf,
  listener,
  request,
  settle,
  whole,
} from '../../../test/support/sessions/fake-shard-host.ts';
import { FakeEngines } from '../../../test/support/sessions/node-fake-engines.ts';
import { fakeModel } from '../../../test/support/sessions/node-fake-mesh.ts';
import type { ShardHost } from './shard-host.ts';
import type { ServingShard } from './serving-shard.ts';

const range = (firstLayer: number, lastLayer: number) => ({ firstLayer, lastLayer });

async function hosting(...ranges: ReturnType<typeof range>[]) {
  const engines = new FakeEngines();
  const host = hostOf(engines);
  host.setDesired(ranges.map((layers) => ({ model: 'Fake model', layers })));
  await settle();
  return { engines, host };
}

function found(host: ShardHost, layers: ReturnType<typeof range>): ServingShard {
  const shard = host.find(fakeModel.manifestId, layers, false);
  if (shard === undefined) {
    throw new Error('No shard serves these layers');
  }
  return shard;
}

it('a shard is used up to any of its layers, from its first one on', async () => {
  const { engines, host } = await hosting(range(2, 5));
  const used = found(host, range(2, 3));
  expect(used).toMatchObject({ ...range(2, 3), role: 'middle', width: fakeModel.width });
  await used.openSession(request, listener());
  await found(host, range(2, 5)).openSession(request, listener());
  expect([...(engines.all[0]?.openedLayers ?? [])]).toEqual([[1, 2]]);
  for (const layers of [range(3, 5), range(1, 3), range(2, 6)]) {
    expect(host.find(fakeModel.manifestId, layers, false)).toBeUndefined();
  }
});

it('a whole model is the first stage of a chain where it is used up to a layer before its last', async () => {
  const { host } = await hosting(whole);
  expect(found(host, whole).role).toBe('whole');
  expect(found(host, range(0, 2)).role).toBe('first');
});

it('of several shards the shortest one with room is used', async () => {
  const { engines, host } = await hosting(range(0, 5), range(0, 3), range(0, 1));
  const opened = (): number[] => engines.all.map(({ openedLayers }) => openedLayers.size);
  await found(host, range(0, 2)).openSession(request, listener());
  await found(host, range(0, 2)).openSession(request, listener());
  expect(opened()).toEqual([0, 2, 0]);
  await found(host, range(0, 1)).openSession(request, listener());
  expect(engines.all[2]).toMatchObject({ opened: [1], openedLayers: new Map() });
});

it('what a session left is resumed over the same layers alone', async () => {
  const { engines, host } = await hosting(whole);
  const resume = { name: 'kept', tokens: 256 };
  (await found(host, range(0, 2)).openSession(request, listener())).retain('kept', 300);
  const over = async (layers: ReturnType<typeof range>): Promise<number> => {
    const session = await found(host, layers).openSession({ ...request, resume }, listener());
    session.close();
    return session.cachedTokens;
  };
  expect(await over(whole)).toBe(0);
  expect(await over(range(0, 3))).toBe(0);
  expect(await over(range(0, 2))).toBe(256);
  expect(engines.all[0]?.resumed).toEqual([1]);
});

it('a part of the layers in a part of the time says the same of the speed', async () => {
  const { engines, host } = await hosting(whole);
  const tokensPerSecond = (): number | undefined => host.records()[0]?.tokensPerSecond;
  const work = { position: 0, count: 1, flags: 1, computeMicros: 0, values: new Uint8Array(4) };
  (await found(host, range(0, 2)).openSession(request, listener())).send(work);
  engines.all[0]?.answer(1, 10_000);
  expect(tokensPerSecond()).toBeCloseTo(50);
});
