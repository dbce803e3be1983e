import { expect, it } from 'vitest';
import {
  hosting,
  listener,
  request,
  servingShard,
  whole,
} from '../../../test/support/sessions/fake-shard-host.ts';
import { fakeModel } from '../../../test/support/sessions/node-fake-mesh.ts';

const range = (firstLayer: number, lastLayer: number) => ({ firstLayer, lastLayer });

it('a shard can be used from its first layer up to any other', async () => {
  const { engines, host } = await hosting([range(2, 5)]);
  const used = servingShard(host, range(2, 3));
  expect(used).toMatchObject({ ...range(2, 3), role: 'middle', width: fakeModel.width });
  await used.openSession(request, listener());
  await servingShard(host, range(2, 5)).openSession(request, listener());
  expect([...(engines.all[0]?.openedLayers ?? [])]).toEqual([[1, 2]]);
  for (const layers of [range(3, 5), range(1, 3), range(2, 6)]) {
    expect(host.find(fakeModel.manifestId, layers, false)).toBeUndefined();
  }
});

it('a whole model is the first stage of a chain where it is used up to a layer before its last', async () => {
  const { host } = await hosting();
  expect(servingShard(host).role).toBe('whole');
  expect(servingShard(host, range(0, 2)).role).toBe('first');
});

it('the shortest of several shards with room is used', async () => {
  const { engines, host } = await hosting([range(0, 5), range(0, 3), range(0, 1)]);
  const opened = (): number[] => engines.all.map(({ openedLayers }) => openedLayers.size);
  await servingShard(host, range(0, 2)).openSession(request, listener());
  await servingShard(host, range(0, 2)).openSession(request, listener());
  expect(opened()).toEqual([0, 2, 0]);
  await servingShard(host, range(0, 1)).openSession(request, listener());
  expect(engines.all[2]).toMatchObject({ opened: [1], openedLayers: new Map() });
});

it('a cached prefix is resumed over the same layers alone', async () => {
  const { engines, host } = await hosting();
  const resume = { name: 'kept', tokens: 256 };
  (await servingShard(host, range(0, 2)).openSession(request, listener())).retain('kept', 300);
  const over = async (layers: ReturnType<typeof range>): Promise<number> => {
    const session = await servingShard(host, layers).openSession(
      { ...request, resume },
      listener(),
    );
    session.close();
    return session.cachedTokens;
  };
  expect(await over(whole)).toBe(0);
  expect(await over(range(0, 3))).toBe(0);
  expect(await over(range(0, 2))).toBe(256);
  expect(engines.all[0]?.resumed).toEqual([1]);
});

it('a part of the layers in that part of the time gives the same speed', async () => {
  const { engines, host } = await hosting();
  const tokensPerSecond = (): number | undefined => host.records()[0]?.tokensPerSecond;
  const segment = { position: 0, count: 1, flags: 1, computeMicros: 0, values: new Uint8Array(4) };
  (await servingShard(host, range(0, 2)).openSession(request, listener())).send(segment);
  engines.all[0]?.output(1, 10_000);
  expect(tokensPerSecond()).toBeCloseTo(50);
});
