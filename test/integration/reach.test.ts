/**
 * Fresh installs in networks that are not as simple as one's own; `npm run bench -- reach` plays all of them and says how
 * long each takes.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { whyNoNamespaces } from '../support/mesh/network-namespaces.ts';
import { playReach } from '../support/reach/play-reach.ts';
import { reachCases } from '../support/reach/reach-cases.ts';

const obstacle = whyNoNamespaces();
if (obstacle !== undefined) {
  console.warn(`skipped: fresh installs are not tested in other networks, since ${obstacle}`);
}
const speaksIp6 = existsSync('/proc/sys/net/ipv6');

describe.skipIf(obstacle !== undefined)('two fresh installs', () => {
  it('behind routers that change ports meet over a relay, and say so', async () => {
    expect(await playReach(reachCases['both-changing'])).toMatchObject({
      firstPeerMs: expect.any(Number),
      way: 'relay',
    });
  });

  it('meet again after one has slept for three minutes, and its router has forgotten it', async () => {
    // Over a relay, so that the node waits for no better path before it sleeps.
    const { isAnswered, way } = await playReach({ ...reachCases.sleep, best: 'relay' });
    expect(isAnswered).toBe(true);
    expect(way).not.toBe('nothing');
  });
});

describe.skipIf(obstacle !== undefined || !speaksIp6)('two fresh installs without IPv4', () => {
  it('reach each other directly', async () => {
    expect(await playReach(reachCases['ip6-street'])).toMatchObject({
      directMs: expect.any(Number),
      way: 'direct',
    });
  });
});
