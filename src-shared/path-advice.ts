/** Why a peer is reached no better than it is, and what would help, from what this node knows of its network. Pure. */
import type { NodeStatus, PeerStatus } from './api/node-status.ts';
import { missingCase } from './errors.ts';

/** Why a connection goes over a relay. */
export type PathCause =
  /** Neither router lets the other side in unasked, as far as is known. */
  | 'both-closed'
  /** Both routers change ports for each destination, so that no hole can be punched. */
  | 'both-change-ports'
  /** This network passes no UDP, so that no hole can be punched. */
  | 'no-udp-here'
  /** This machine can be dialled from everywhere, and the peer has not done so yet. */
  | 'not-dialled-yet';

export type PathRemedy =
  /** The peer dials soon, by itself. */
  | { readonly code: 'wait' }
  /** The node listens on this machine alone. */
  | { readonly code: 'listen-on-network' }
  /** The owner may let the node ask the router for an open port. */
  | { readonly code: 'ask-router' }
  /** The router opened a port, and still nothing came in: another router stands before it. */
  | { readonly code: 'router-before-router' }
  /** The owner may forward the port in the router by hand. `isFixed`: it is the same after the next start. */
  | { readonly code: 'forward-port'; readonly port: number; readonly isFixed: boolean };

export type PathAdvice = { readonly cause: PathCause; readonly remedy: PathRemedy };

type Known = Pick<NodeStatus, 'reach' | 'entrance'>;

/** Advice about a connected peer; undefined when its path is as good as it gets, or nothing is known that would help. */
export function pathAdvice(
  { reach, entrance }: Known,
  { connected, way, unpunched }: Pick<PeerStatus, 'connected' | 'way' | 'unpunched'>,
): PathAdvice | undefined {
  if (!connected || way !== 'relay' || entrance === undefined) {
    return undefined;
  }
  if (reach === 'public') {
    return { cause: 'not-dialled-yet', remedy: { code: 'wait' } };
  }
  return { cause: unpunched ?? 'both-closed', remedy: remedyFor(reach, entrance) };
}

function remedyFor(
  reach: Known['reach'],
  { router, port, isPortFixed }: NonNullable<Known['entrance']>,
): PathRemedy {
  if (port === undefined || reach === 'none') {
    return { code: 'listen-on-network' };
  }
  switch (router) {
    case 'unasked':
      return { code: 'ask-router' };
    case 'opened':
      return { code: 'router-before-router' };
    case 'silent':
      return { code: 'forward-port', port, isFixed: isPortFixed };
    default:
      return missingCase(router);
  }
}
