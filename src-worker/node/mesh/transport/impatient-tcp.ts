/**
 * TCP that gives up early where no system replies. The addresses of a peer are dialled one after the other, and most of those
 * in private networks are other households': a system looks for them for three seconds, and packets to them may get lost. The
 * other side's system replies at once, however busy its programs are, so only the handshake after it needs patience.
 */
import type { Transport } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import type { Multiaddr } from '@multiformats/multiaddr';
import { hasLocalHost, isLoopback } from '../addresses.ts';

type Components = Parameters<ReturnType<typeof tcp>>[0];
/** The step of @libp2p/tcp (11.0) that opens the socket, before encryption. */
type Connect = (address: Multiaddr, options: { readonly signal: AbortSignal }) => Promise<unknown>;

/** How long the system of the other side may take, in milliseconds: on the internet, a packet may get lost once. */
const localMs = 1000;
const publicMs = 3000;

export function impatientTcp(): (components: Components) => Transport {
  const make = tcp();
  return (components) => {
    const transport = make(components) as Transport & { _connect: Connect };
    const connect = transport._connect.bind(transport);
    transport._connect = async (address, options) => {
      // The socket listens to the signal as long as it lives, so the timer has to end with this step.
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), connectDeadlineMs(address));
      const signal = AbortSignal.any([options.signal, late.signal]);
      try {
        return await connect(address, { ...options, signal });
      } finally {
        clearTimeout(timer);
      }
    };
    return transport;
  };
}

function connectDeadlineMs(address: Multiaddr): number {
  return hasLocalHost(address) || isLoopback(address) ? localMs : publicMs;
}
