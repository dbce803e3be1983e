/** Finding peers on the local network, where there is one: sandboxes often have no multicast. */
import { createSocket } from 'node:dgram';
import { describe, expect, it, vi } from 'vitest';
import { startMesh } from '../support/mesh/mesh-peers.ts';

/** Whether this machine receives its own datagram to a multicast group. */
async function hasMulticast(): Promise<boolean> {
  const group = '224.0.0.251';
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    return await new Promise<boolean>((resolve) => {
      const deadline = setTimeout(() => resolve(false), 1000);
      const answer = (works: boolean): void => {
        clearTimeout(deadline);
        resolve(works);
      };
      socket.on('error', () => answer(false));
      socket.on('message', () => answer(true));
      socket.bind(0, () => {
        try {
          socket.addMembership(group);
          socket.send('anybody there?', socket.address().port, group, (error) => {
            if (error !== null) {
              answer(false);
            }
          });
        } catch {
          answer(false);
        }
      });
    });
  } finally {
    socket.close();
  }
}

const multicast = await hasMulticast();
if (!multicast) {
  console.warn('skipped: no multicast on this machine, so mDNS discovery is not tested');
}

describe('mDNS', () => {
  it.skipIf(!multicast)('lets two meshes find each other without any setting', async () => {
    const one = await startMesh({ mdns: true });
    const other = await startMesh({ mdns: true });
    await vi.waitFor(
      () => {
        const found = one.knownPeers().find(({ peer }) => peer === other.peer);
        expect(found).toMatchObject({ connected: true, record: { state: 'serving' } });
      },
      { timeout: 30_000, interval: 100 },
    );
  });

  it('that is off finds no peer and costs no socket', async () => {
    const handlesBefore = process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap');
    await startMesh({ mdns: false });
    const handles = process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap');
    expect(handles).toHaveLength(handlesBefore.length);
  });
});
