/**
 * A peer that speaks the authorisation handshake by hand: it passes the encryption as itself, and then sends what a
 * test tells it to.
 */
import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { tls } from '@libp2p/tls';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { onTestFinished } from 'vitest';
import type { Identity } from '../../../src-worker/node/identity/identity.ts';
import type { PoolMesh } from '../../../src-worker/node/pools/pool-mesh.ts';
import {
  type Hello,
  helloSchema,
  markOf,
  maxHelloBytes,
} from '../../../src-worker/node/pools/gate/auth-messages.ts';
import { HandshakeLine } from '../../../src-worker/node/pools/gate/handshake-line.ts';
import { someKey } from './pool-keys.ts';

export type Attack<T> = (line: HandshakeLine, stream: MessageStream) => Promise<T>;

type Encrypters = ReturnType<typeof tls> | ReturnType<typeof noise>;

/** Connects as `identity` and runs `attack` in place of the handshake; the connection ends with it. */
export async function attackNode<T>(
  target: PoolMesh,
  attack: Attack<T>,
  identity?: Identity,
  encryption: 'tls' | 'noise' = 'tls',
): Promise<T> {
  const { privateKey } = identity ?? (await someKey());
  const done = Promise.withResolvers<T>();
  const encrypt: Encrypters = encryption === 'tls' ? tls() : noise();
  const libp2p = await createLibp2p({
    privateKey,
    addresses: { listen: [] },
    transports: [tcp()],
    streamMuxers: [yamux()],
    connectionEncrypters: [
      (components) => {
        const encrypter: ConnectionEncrypter = encrypt(components);
        const secure = encrypter.secureOutbound.bind(encrypter);
        encrypter.secureOutbound = async (...parameters) => {
          const { connection } = await secure(...parameters);
          const line = new HandshakeLine(connection, AbortSignal.timeout(30_000));
          await attack(line, connection).then(done.resolve, done.reject);
          throw new Error('The attack is over');
        };
        return encrypter;
      },
    ],
  });
  onTestFinished(() => libp2p.stop());
  const [address = ''] = target.addresses();
  libp2p
    .dial(multiaddr(address), { signal: AbortSignal.timeout(40_000) })
    .catch((error: unknown) => {
      done.reject(error);
    });
  try {
    return await done.promise;
  } finally {
    await libp2p.stop();
  }
}

const noNonce = 'A'.repeat(43);

/** The hello of a peer that claims to know these pools. */
export function helloOf(
  peer: string,
  pools: readonly string[],
  changed: Partial<Hello> = {},
): Hello {
  return {
    protocol: '/mindmesh/pool-auth/1',
    nonce: noNonce,
    poolOnly: false,
    marks: pools.map((pool) => markOf(pool, noNonce, peer)),
    ...changed,
  };
}

export function readHello(line: HandshakeLine): Promise<Hello> {
  return line.read(helloSchema, maxHelloBytes);
}
