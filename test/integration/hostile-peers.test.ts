/**
 * A node that hosts, and a public one, among peers that want it harm: they keep their memory and their descriptors,
 * and who asks honestly is answered all the time, with the very same text.
 *
 * The bound on memory is one on the most that was ever taken. At rest the node takes 130 MB; under attack V8 collects
 * later, and up to 310 MB were seen, the same after minutes at full speed. Every attack here moves more than the bound
 * has room for, so that without its limit the node goes beyond.
 */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles } from '../../src-main/base/app-files.ts';
import { recordProtocol } from '../../src-worker/node/mesh/records/record-messages.ts';
import { stageProtocol } from '../../src-worker/node/sessions/protocol/stage-messages.ts';
import { peakResidentBytes } from '../bench/process-usage.ts';
import {
  endlessFrame,
  overfullStream,
  socketFlood,
  streamFlood,
  unreadReplies,
} from '../support/mesh/connection-attacks.ts';
import { fuzz } from '../support/mesh/fuzzing-peer.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { sendCrowd, sendForgedRecords } from '../support/mesh/hostile-records.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { someKey } from '../support/pools/pool-keys.ts';
import { type PublicNode, startPublicNode } from '../support/mesh/public-node.ts';
import { RawConnection } from '../support/mesh/raw-connection.ts';
import { kademliaName } from '../support/mesh/wrong-messages.ts';

const { demoModel, demoModelName } = appFiles();
const maxResidentBytes = 350_000_000;
const maxDescriptors = 400;
const question = {
  model: demoModelName,
  messages: [{ role: 'user' as const, content: 'Who is there?' }],
  maxTokens: 12,
  sampling: { temperature: 0 },
};

describe.runIf(process.platform === 'linux')('among hostile peers', () => {
  let host: NodeProcess;
  let asker: NodeProcess;
  let publicNode: PublicNode;
  let address: string;
  let publicAddress: string;
  let manifestId: string;
  let truth: string;

  beforeAll(async () => {
    [host, publicNode] = await Promise.all([
      NodeProcess.start({ bundledModels: [demoModel], shards: [{ model: demoModelName }] }),
      // The address is not on loopback by its text, so that the node also reports to others how they are reached.
      startPublicNode('/dns4/localhost/tcp/0'),
    ]);
    [address = ''] = host.status.addresses;
    [publicAddress = ''] = publicNode.addresses;
    asker = await NodeProcess.start({ staticPeers: [address] });
    await host.untilServing();
    await asker.untilAvailable(demoModelName);
    manifestId = host.status.shards[0]?.manifestId ?? '';
    truth = (await asker.ask(question)).text;
  });

  afterAll(async () => {
    await Promise.all([host?.stop(), asker?.stop(), publicNode?.stop()]);
  });

  /** Asks repeatedly while the attack lasts, and once after it; returns the result of the attack. */
  async function withstand<T>(attack: () => Promise<T>): Promise<{ result: T; harm: string[] }> {
    const state = { isOver: false };
    const attacked = attack().finally(() => {
      state.isOver = true;
    });
    // The asking side may fail first.
    attacked.catch(() => {});
    const answers = new Set<string>();
    while (!state.isOver) {
      answers.add((await asker.ask(question)).text);
    }
    const result = await attacked;
    answers.add((await asker.ask(question)).text);
    const harm = [...host.logs, ...publicNode.logs].filter((line) => line.startsWith('error'));
    harm.push(...[...answers].filter((text) => text !== truth).map((text) => `Answered: ${text}`));
    for (const { pid } of [host, publicNode]) {
      const bytes = peakResidentBytes(pid);
      const descriptors = readdirSync(`/proc/${pid}/fd`).length;
      harm.push(...(bytes > maxResidentBytes ? [`It took ${bytes} bytes`] : []));
      harm.push(...(descriptors > maxDescriptors ? [`It took ${descriptors} descriptors`] : []));
    }
    return { result, harm };
  }

  it('a hundred thousand wrong messages on every protocol there is end their senders’ connections', async () => {
    expect(truth).not.toBe('');
    const { result, harm } = await withstand(async () => [
      await fuzz(address, manifestId, 60_000, 1),
      await fuzz(publicAddress, manifestId, 40_000, 2),
    ]);
    expect(harm).toEqual([]);
    const [hosting, open] = result;
    expect((hosting?.messages ?? 0) + (open?.messages ?? 0)).toBeGreaterThanOrEqual(100_000);
    expect(hosting?.refused.length).toBeGreaterThan(5);
  });

  it('a peer that broke the rules often is not let in again, and its neighbour is', async () => {
    const offender = await someKey();
    const { result, harm } = await withstand(async () => {
      const connection = await RawConnection.open(address, { identity: offender });
      for (let sent = 0; sent < 60 && connection.isOpen; sent += 1) {
        await connection.send(connection.stream(recordProtocol, Buffer.alloc(8, 255)).bytes);
        await connection.settled();
      }
      const { isOpen } = connection;
      await connection.close();
      return isOpen;
    });
    expect([result, harm]).toEqual([false, []]);
    // The peer may be disconnected while the connection still opens.
    const again = await RawConnection.open(address, { identity: offender }).catch(() => undefined);
    await eventuallyTrue('it is sent away', () => again?.isOpen !== true, 3000);
    await again?.close();
    const neighbour = await RawConnection.open(address);
    await neighbour.settled();
    expect(neighbour.isOpen).toBe(true);
    await neighbour.close();
  });

  it('a frame without an end costs the connection at once', async () => {
    const { result: megabytes, harm } = await withstand(() => endlessFrame(address));
    // Some messages are on their way before the sender notices the end.
    expect(megabytes).toBeLessThan(40);
    expect(harm).toEqual([]);
  });

  it('two million questions and no answer read cost the connection', async () => {
    const withstood = await withstand(() => unreadReplies(address));
    expect(withstood).toEqual({ result: true, harm: [] });
  });

  it.each(['/ipfs/ping/1.0.0', kademliaName, '/mindmesh/autonat/2/dial-request'])(
    'more than there is to say on %s ends the stream',
    async (protocol) => {
      const { result: bytes, harm } = await withstand(() =>
        overfullStream(publicAddress, protocol),
      );
      expect(bytes).toBeLessThan(1_000_000);
      expect(harm).toEqual([]);
    },
  );

  it('five thousand streams on one connection leave others their own', async () => {
    const { harm } = await withstand(async () => {
      await streamFlood(address, stageProtocol, 3000);
      await streamFlood(publicAddress, kademliaName, 2000);
    });
    expect(harm).toEqual([]);
  });

  it('thousands of connections, half of a greeting on each, keep no newcomer out', async () => {
    const from = ['127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'];
    const { result, harm } = await withstand(async () => {
      for (let wave = 0; wave < 3; wave += 1) {
        const sockets = await socketFlood(address, 700, from);
        sockets.forEach((socket) => wave % 2 === 0 && socket.destroy());
      }
      const identity = await someKey();
      const many = await Promise.allSettled(
        Array.from({ length: 12 }, (_, index) =>
          RawConnection.open(address, {
            from: '127.0.0.7',
            ...(index % 2 === 0 ? { identity } : {}),
          }),
        ),
      );
      const newcomer = await RawConnection.open(address);
      await newcomer.settled();
      const { isOpen } = newcomer;
      const open = many.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      await Promise.all([newcomer, ...open].map((each) => each.close()));
      return isOpen;
    });
    expect([result, harm]).toEqual([true, []]);
  });

  it('forged records, and more peers than there are, displace no peer and are bounded', async () => {
    const { result: crowd, harm } = await withstand(async () => {
      await sendForgedRecords(address);
      return await sendCrowd(address, 1500);
    });
    expect(harm).toEqual([]);
    const { peers, peersKnown } = await host.request('status', {});
    const known = new Set(peers.map(({ peer }) => peer));
    expect(peersKnown).toBeGreaterThan(crowd.strangers.length / 2);
    expect(crowd.fromTheFuture.filter((peer) => known.has(peer))).toEqual([]);
    expect(peers.find(({ peer }) => peer === asker.status.peer)).toMatchObject({ connected: true });
  });
});
