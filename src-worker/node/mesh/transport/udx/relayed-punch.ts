/**
 * Which messages of a punch a node of the DHT deals with. hyperdht would send each on to whatever address it names; here a
 * message goes only to a server that announced itself here, or from it to the one that asked. Pure.
 */

import type { DhtAddress } from './hyperdht.ts';

/** The way of a message, as hyperdht numbers it (lib/router.js). */
const modes = { fromClient: 0, fromServer: 1, fromRelay: 2 } as const;

type PunchMessage = {
  readonly mode: number;
  readonly peerAddress: DhtAddress | null;
  readonly relayAddress?: DhtAddress | null;
};

export type PunchRoute = {
  /** Whether the target is this node itself. */
  readonly isOwn: boolean;
  /** Where the target announced itself from; null when it did not, or when this node passes nothing on. */
  readonly relay: DhtAddress | null;
};

/** The first message of a punch opens a connection; later ones agree on where to send. */
export type PunchStep = 'handshake' | 'holepunch';

export function passesOn(
  step: PunchStep,
  message: PunchMessage,
  from: DhtAddress,
  route: PunchRoute,
): boolean {
  const { mode, peerAddress, relayAddress } = message;
  // No client of ours names one; the message would be sent there whatever it is.
  if (relayAddress !== null && relayAddress !== undefined) {
    return false;
  }
  if (route.isOwn) {
    return mode === modes.fromRelay || (mode === modes.fromClient && step === 'handshake');
  }
  if (route.relay === null) {
    return false;
  }
  switch (mode) {
    case modes.fromClient:
      return peerAddress === null || peerAddress.host === route.relay.host;
    case modes.fromServer:
      return from.host === route.relay.host;
    default:
      return false;
  }
}
