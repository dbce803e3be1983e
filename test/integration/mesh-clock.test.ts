/** Computers whose clocks are wrong, as after Windows was used beside Linux, or with an empty battery. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { NodeProcess } from '../support/host/node-process.ts';

const hour = 3600_000;
const clock = fileURLToPath(new URL('../support/machine/shifted-clock.ts', import.meta.url));

describe('a node whose clock is wrong', () => {
  const right: NodeProcess[] = [];
  let staticPeers: string[];

  beforeAll(async () => {
    const first = await NodeProcess.start();
    right.push(first, await NodeProcess.start({ staticPeers: first.status.addresses }));
    staticPeers = right.flatMap(({ status }) => status.addresses);
  });
  afterAll(async () => {
    await Promise.all(right.map((node) => node.stop()));
  });

  it.each([
    ['an hour and a half ahead', 1.5 * hour],
    ['fourteen hours behind', -14 * hour],
    ['a day ahead', 24 * hour],
    ['years behind', -8 * 365 * 24 * hour],
  ])('joins all the same and says so: %s', async (_title, aheadMs) => {
    const wrong = await NodeProcess.start({
      staticPeers,
      place: ['env', `NODE_OPTIONS=--import=${clock}`, `CLOCK_AHEAD_MS=${aheadMs}`],
    });
    onTestFinished(() => wrong.stop());
    await wrong.until(
      ({ peers }) => peers.filter(({ connected }) => connected).length === 2,
      'it is connected to both',
    );
    await wrong.until(({ clockAheadMs }) => clockAheadMs !== undefined, 'it knows of its clock');
    expect(Math.abs((wrong.status.clockAheadMs ?? 0) - aheadMs)).toBeLessThanOrEqual(60_000);
    for (const node of right) {
      await node.until(
        ({ peers }) =>
          peers.some(
            ({ peer, connected, state }) =>
              peer === wrong.status.peer && connected && state === 'serving',
          ),
        'the others know it',
      );
      expect(node.status.clockAheadMs).toBeUndefined();
    }
  });
});

describe('an address of the settings that leads nowhere', () => {
  it('is named in the status with the reason', async () => {
    const gone = await NodeProcess.start();
    const staticPeers = [...gone.status.addresses];
    await gone.stop();
    const node = await NodeProcess.start({ staticPeers });
    onTestFinished(() => node.stop());
    await node.until(({ unreachable }) => unreachable !== undefined, 'it tells');
    expect(node.status.unreachable).toEqual([
      { addresses: staticPeers, reason: 'nothing listens there' },
    ]);
  });
});
