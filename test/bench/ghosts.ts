/**
 * What peers that are gone cost: the time from the start of a node that knows a thousand of them to the first text of
 * an answer that another node computes. Half of the dead addresses refuse connections, most others never react, and
 * some accept and never send anything. The living peer is somewhere among them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { appFiles } from '../../src-main/base/app-files.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { type Bench, say } from './report.ts';
import { round } from './statistics.ts';

const ghostCount = 1000;
const limitSeconds = 5;

type Ghosts = { readonly addresses: readonly string[]; readonly end: () => void };

async function makeGhosts(): Promise<Ghosts> {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const addresses: string[] = [];
  for (let index = 0; index < ghostCount; index += 1) {
    const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString();
    const kind = index % 10;
    const where =
      kind < 5
        ? `/ip4/127.0.0.1/tcp/${1 + (index % 900)}`
        : kind < 9
          ? `/ip4/10.255.255.${1 + (index % 250)}/tcp/4001`
          : `/ip4/127.0.0.1/tcp/${port}`;
    addresses.push(`${where}/p2p/${peer}`);
  }
  return { addresses, end: () => void silent.close() };
}

/** Puts the living address in the middle of the others. */
function among(ghosts: readonly string[], living: string): string[] {
  const middle = Math.floor(ghosts.length / 2);
  return [...ghosts.slice(0, middle), living, ...ghosts.slice(middle)];
}

type Measured = { readonly startSeconds: number; readonly answerSeconds: number };

async function measure(
  addressBook: readonly string[],
  staticPeers: readonly string[],
): Promise<Measured> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'mindmesh-ghosts-'));
  const peers = addressBook.map((text, index) => ({
    peer: text.split('/p2p/')[1] ?? '',
    addresses: [text],
    seenAt: Date.now() - index * 1000,
  }));
  await writeFile(join(dataFolder, 'peers.json'), JSON.stringify({ peers }));
  const begun = performance.now();
  const node = await NodeProcess.start({ dataFolder, staticPeers: [...staticPeers], shards: [] });
  try {
    const startSeconds = (performance.now() - begun) / 1000;
    const { demoModelName } = appFiles();
    await node.untilAvailable(demoModelName);
    const first = Promise.withResolvers<number>();
    const chat = node.chat(
      {
        model: demoModelName,
        messages: [{ role: 'user', content: 'Is anybody there?' }],
        maxTokens: 4,
        sampling: { temperature: 0 },
      },
      (event) => event.type === 'text' && first.resolve((performance.now() - begun) / 1000),
    );
    const answerSeconds = await Promise.race([
      first.promise,
      chat.over.then(() => (performance.now() - begun) / 1000),
    ]);
    await chat.over;
    return { startSeconds, answerSeconds };
  } finally {
    await node.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

export const ghosts: Bench = {
  about: `a node with ${ghostCount} dead peers: from its start to an answer (≤ ${limitSeconds} s)`,
  run: async () => {
    const { demoModel, demoModelName } = appFiles();
    const dead = await makeGhosts();
    const living = await NodeProcess.start({
      bundledModels: [demoModel],
      shards: [{ model: demoModelName }],
    });
    try {
      await living.untilServing();
      const [first = ''] = living.status.addresses;
      const address = first.includes('/p2p/') ? first : `${first}/p2p/${living.status.peer}`;
      const rows = [];
      const worst: number[] = [];
      for (const [what, book, statics] of [
        ['in the address book', among(dead.addresses, address), []],
        ['in the settings', [], among(dead.addresses, address)],
        ['in both', dead.addresses, among(dead.addresses, address)],
        ['nowhere, for comparison', [], [address]],
      ] as const) {
        say(`Starting a node that has its dead peers ${what} …`);
        const { startSeconds, answerSeconds } = await measure(book, statics);
        rows.push({
          'dead peers': what,
          'started (s)': round(startSeconds, 2),
          'answered (s)': round(answerSeconds, 2),
          limit: limitSeconds,
        });
        worst.push(answerSeconds);
      }
      return {
        rows,
        remarks: [
          `${ghostCount} dead peers: half refuse, four in ten are black holes, one in ten accepts and says nothing.`,
        ],
        figures: { seconds: round(Math.max(...worst), 2) },
      };
    } finally {
      await living.stop();
      dead.end();
    }
  },
};
