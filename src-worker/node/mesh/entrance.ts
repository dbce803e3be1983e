/** What this node knows of how its network lets peers in, for advice to the owner. Pure. */
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Entrance } from '../../../src-shared/api/node-status.ts';
import { isLoopback, isPublic, isRelayed } from './addresses.ts';

export type EntranceFacts = {
  /** The addresses from the settings, whose port may be 0, and those at which the node listens. */
  readonly listen: readonly Multiaddr[];
  readonly own: readonly Multiaddr[];
  /** Whether the router is asked for a port, and whether it has opened one. */
  readonly isAsked: boolean;
  readonly isOpened: boolean;
};

export function entranceOf({ listen, own, isAsked, isOpened }: EntranceFacts): Entrance {
  const direct = own.filter((address) => !isLoopback(address) && !isRelayed(address));
  // A public address may be the router's, with the port that it has opened.
  const port = portOf(direct.find((address) => !isPublic(address)) ?? direct[0]);
  return {
    router: !isAsked ? 'unasked' : isOpened ? 'opened' : 'silent',
    ...(port === undefined ? {} : { port }),
    isPortFixed: listen.some((address) => portOf(address) === port),
  };
}

function portOf(address: Multiaddr | undefined): number | undefined {
  const port = address?.getComponents().find(({ name }) => name === 'tcp')?.value;
  return port === undefined ? undefined : Number(port);
}
