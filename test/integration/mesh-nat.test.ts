/** Two nodes in two houses, whose routers let nobody in, meet over the relay of a public node. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KnownPeer } from '../../src-worker/node/mesh/records/record.ts';
import type { MeshQuestion } from '../support/mesh-child.ts';
import { testFolder } from '../support/mesh-peers.ts';
import { Houses, type Place, whyNoNamespaces } from '../support/network-namespaces.ts';

const obstacle = whyNoNamespaces();
if (obstacle !== undefined) {
  console.warn(`skipped: nodes behind routers are not tested, since ${obstacle}`);
}

const commandLine = fileURLToPath(new URL('../../build/src-main/headless/cli.js', import.meta.url));
const meshChild = fileURLToPath(new URL('../support/mesh-child.ts', import.meta.url));

type State = { readonly addresses: string[]; readonly peers: KnownPeer[] };

async function ask<T>(child: ChildProcess, question: MeshQuestion): Promise<T> {
  child.send(question);
  const [answer] = (await once(child, 'message')) as [T];
  return answer;
}

describe.skipIf(obstacle !== undefined)('nodes behind routers', () => {
  const houses = new Houses();
  const children: ChildProcess[] = [];

  beforeAll(() => houses.make());
  afterAll(async () => {
    for (const child of children) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    houses.remove();
  });

  function start(place: Place, script: string, words: string[], ipc: boolean): ChildProcess {
    const [command, ...first] = houses.command(place);
    const child = spawn(command, [...first, process.execPath, script, ...words], {
      stdio: ['ignore', 'pipe', 'inherit', ...(ipc ? (['ipc'] as const) : [])],
    });
    children.push(child);
    return child;
  }

  async function startNode(
    place: Place,
    bootstrap: string,
  ): Promise<{ child: ChildProcess; peer: string }> {
    const words = [await testFolder(), '/ip4/0.0.0.0/tcp/0', bootstrap];
    const child = start(place, meshChild, words, true);
    const [{ peer }] = (await once(child, 'message')) as [{ peer: string }];
    return { child, peer };
  }

  it('meet over the relay of a bootstrap node, which carries what they say, and say so', async () => {
    const server = start(
      'world',
      commandLine,
      [
        'bootstrap',
        '--json',
        '--data',
        await testFolder(),
        '--listen',
        '/ip4/203.0.113.1/tcp/6373',
      ],
      false,
    );
    const [line] = (await once(
      createInterface({ input: server.stdout ?? process.stdin }),
      'line',
    )) as [string];
    const { addresses } = JSON.parse(line) as { addresses: string[] };
    const [bootstrap = ''] = addresses;
    expect(bootstrap).toMatch(/^\/ip4\/203\.0\.113\.1\/tcp\/6373\/p2p\//);

    const [a, b] = await Promise.all([startNode('a', bootstrap), startNode('b', bootstrap)]);
    await vi.waitFor(
      async () => {
        for (const { child } of [a, b]) {
          const state = await ask<State>(child, 'state');
          expect(state.addresses.some((each) => each.includes('/p2p-circuit/'))).toBe(true);
        }
      },
      { timeout: 20_000, interval: 200 },
    );
    await vi.waitFor(
      async () => {
        const { peers } = await ask<State>(a.child, 'state');
        const other = peers.find(({ peer }) => peer === b.peer);
        expect(other).toMatchObject({
          connected: true,
          relayed: true,
          record: { state: 'serving' },
        });
        expect(other?.latencyMs).toBeGreaterThan(0);
      },
      { timeout: 20_000, interval: 200 },
    );
    // Activations of a long prompt, and then those of one token.
    expect(await ask(a.child, { echo: b.peer, bytes: 2 * 1024 * 1024 })).toMatchObject({
      ms: expect.any(Number),
    });
    const { ms } = await ask<{ ms: number }>(b.child, { echo: a.peer, bytes: 8192 });
    expect(ms).toBeLessThan(1000);

    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  }, 90_000);
});
