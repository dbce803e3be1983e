/**
 * What the other end of a punch, or a node of the DHT, may make this node do. hyperdht believes all that is decrypted: it
 * would send to any number of addresses, and dial further keys. Pure.
 */
import { isPublicIp } from '../../networks.ts';
import type { DhtAddress, PunchPayload } from './hyperdht.ts';

/** Most addresses of the other end: an honest one has one or two, on several networks perhaps four. */
const maxPunchedAddresses = 4;

/** Most nodes of the DHT through which the other end says that it can be reached; hyperdht uses three. */
const maxRelays = 4;

/** `private`: the whole DHT is in a private network or on this machine, so private addresses are those of its nodes. */
export type DhtReach = 'public' | 'private';

/** Whether packets may go to these addresses because their owner, perhaps a liar, named them. */
export function mayPunch(addresses: readonly DhtAddress[], reach: DhtReach): boolean {
  return (
    addresses.length <= maxPunchedAddresses &&
    addresses.every((address) => isReachable(address, reach))
  );
}

/** The payload of hyperdht's handshake, without what a liar could use. */
export function boundedPayload<Payload extends PunchPayload>(
  payload: Payload,
  reach: DhtReach,
): Payload {
  const near = (addresses: readonly DhtAddress[] | null | undefined): DhtAddress[] =>
    (addresses ?? [])
      .filter((address) => isReachable(address, reach))
      .slice(0, maxPunchedAddresses);
  const { holepunch } = payload;
  return {
    ...payload,
    addresses4: near(payload.addresses4),
    addresses6: [],
    relayAddresses: near(payload.relayAddresses),
    holepunch: holepunch === null ? null : { ...holepunch, relays: relaysOf(holepunch, reach) },
    // It would make this node dial another key, which could name another one, and so on.
    relayThrough: null,
  };
}

function relaysOf(
  { relays }: NonNullable<PunchPayload['holepunch']>,
  reach: DhtReach,
): typeof relays {
  return relays
    .filter(
      ({ relayAddress, peerAddress }) =>
        isReachable(relayAddress, reach) && isReachable(peerAddress, reach),
    )
    .slice(0, maxRelays);
}

function isReachable({ host, port }: DhtAddress, reach: DhtReach): boolean {
  return port > 0 && (reach === 'private' || isPublicIp(host));
}
