import type { MultiaddrConnection, PeerId } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it } from 'vitest';
import { ConnectionLimiter } from './connection-limiter.ts';
import { Trust } from '../../trust/trust.ts';

function incoming(host: string): MultiaddrConnection {
  const line = { remoteAddr: multiaddr(`/ip4/${host}/tcp/1`), status: 'open' };
  return Object.assign(new EventTarget(), line) as unknown as MultiaddrConnection;
}

const peerNamed = (name: string): PeerId => ({ toString: () => name }) as unknown as PeerId;

describe('the connection limiter', () => {
  it('allows one address half of the connections, and passes the others to the next gater', async () => {
    const asked: string[] = [];
    const gater = new ConnectionLimiter(8, undefined).before({
      denyInboundConnection: ({ remoteAddr }) => {
        asked.push(String(remoteAddr));
        return remoteAddr.toString().includes('10.0.0.9');
      },
    });
    const isDenied = async (host: string): Promise<boolean | undefined> =>
      gater.denyInboundConnection?.(incoming(host));
    for (const wanted of [false, false, false, false, true, true]) {
      expect(await isDenied('10.0.0.1')).toBe(wanted);
    }
    expect(await isDenied('10.0.0.2')).toBe(false);
    expect(await isDenied('10.0.0.9')).toBe(true);
    expect(asked).toHaveLength(6);
  });

  it('neither accepts a barred peer nor dials it', async () => {
    const trust = new Trust();
    const gater = new ConnectionLimiter(8, (peer) => trust.isBarred(peer)).before({
      denyInboundUpgradedConnection: (peer) => peer.toString() === 'stranger',
    });
    const barred = '12D3KooWPPzUjVQ1YYRNAVZRiCypGZKeYmJPtkRqxcRPiAv1qxBi';
    for (let times = 0; times < 32; times += 1) {
      trust.report({ who: barred, what: 'violated', proof: 'It did' });
    }
    const asks = (peer: string): unknown[] => [
      gater.denyInboundUpgradedConnection?.(peerNamed(peer), incoming('10.0.0.1')),
      gater.denyDialPeer?.(peerNamed(peer)),
    ];
    expect(await Promise.all(asks(barred))).toEqual([true, true]);
    expect(await Promise.all(asks('stranger'))).toEqual([true, false]);
    expect(await Promise.all(asks('friend'))).toEqual([false, false]);
  });
});
