/** Sessions on the engine of a shard: their number, their ends and their measurements. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import {
  hosting,
  listener,
  request,
  right,
  servingShard,
} from '../../../test/support/sessions/fake-shard-host.ts';

describe('sessions', () => {
  it('are counted, numbered upward and never past the limit', async () => {
    const { engines, host } = await hosting();
    const shard = servingShard(host);
    const first = await shard.openSession(request, listener());
    await shard.openSession(request, listener());
    await expect(shard.openSession(request, listener())).rejects.toMatchObject({
      code: 'over-capacity',
    });
    expect(host.records()).toMatchObject([{ freeSessions: 0, freeCells: 800 }]);
    first.close();
    first.close();
    await shard.openSession(request, listener());
    const [engine] = engines.all;
    expect(engine?.opened).toEqual([1, 2, 3]);
    expect(engine?.closed).toEqual([1]);
  });

  it('that the engine refuses do not count', async () => {
    const { engines, host } = await hosting();
    engines.refuseOpens = new AppError('request-invalid', 'The grammar has no root');
    const shard = servingShard(host);
    await expect(shard.openSession(request, listener())).rejects.toMatchObject({
      code: 'request-invalid',
    });
    expect(host.records()).toMatchObject([{ freeSessions: 2, freeCells: 1000 }]);
  });

  it('that the engine fails are told and freed, and the others continue', async () => {
    const { engines, host } = await hosting();
    const shard = servingShard(host);
    const [bad, good] = [listener(), listener()];
    await shard.openSession(request, bad);
    await shard.openSession(request, good);
    engines.all[0]?.failSession(1, new AppError('context-too-long', 'The cache is full'));
    expect(bad.failures).toMatchObject([{ code: 'context-too-long' }]);
    expect(good.failures).toEqual([]);
    expect(host.records()).toMatchObject([{ freeSessions: 1 }]);
  });

  it('measure the shard’s own speed, without what other stages computed', async () => {
    const { engines, host } = await hosting([right]);
    const session = await servingShard(host, right).openSession(request, listener());
    const segment = { position: 0, count: 1, flags: 1, values: new Uint8Array(32) };
    for (let token = 0; token < 5; token += 1) {
      session.send({ ...segment, computeMicros: 9000 });
      engines.all[0]?.output(1, 9000 + 4000);
    }
    expect(host.records()).toMatchObject([{ tokensPerSecond: 250 }]);
    expect(host.statuses()).toMatchObject([{ tokensPerSecond: 5 }]);
  });
});
