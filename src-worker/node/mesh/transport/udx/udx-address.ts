/**
 * The address of a node that is reached by hole punching: `/udx/` and the node's key in the DHT, 64 hexadecimal digits.
 * There is no host in it, since the DHT knows where the key's owner is now. A connection that was punched shows in addition
 * where its packets go: `/ip4/…/udp/…/udx/…`, which cannot be dialled.
 */
import { multiaddr, type Multiaddr, registry } from '@multiformats/multiaddr';

/** From the range that the table of codes leaves for private use. */
const code = 0x30_06_01;
const keyPattern = /^[0-9a-f]{64}$/;

registry.addProtocol({
  code,
  name: 'udx',
  size: 256,
  valueToBytes: (value) => Buffer.from(value, 'hex'),
  bytesToValue: (bytes) => Buffer.from(bytes).toString('hex'),
  validate: (value) => {
    if (!keyPattern.test(value)) {
      throw new TypeError('A key in the DHT has 64 hexadecimal digits');
    }
  },
});

export function udxAddress(key: Uint8Array): Multiaddr {
  return multiaddr(`/udx/${Buffer.from(key).toString('hex')}`);
}

/** The key that the address leads to; undefined when it is no address for hole punching, with or without a peer id. */
export function udxKeyOf(address: Multiaddr): Buffer | undefined {
  const [udx, peer, ...more] = address.getComponents();
  const isOne = udx?.code === code && (peer === undefined || peer.name === 'p2p');
  return isOne && more.length === 0 ? Buffer.from(udx.value ?? '', 'hex') : undefined;
}

/** Where the packets of a punched connection go. */
export function punchedAddress(host: string, port: number, key: Uint8Array): Multiaddr {
  return multiaddr(`/ip4/${host}/udp/${port}`).encapsulate(udxAddress(key));
}
