/** A peer that sends wrong messages on every protocol, with a new identity for each connection. */
import { publicKeyToProtobuf } from '@libp2p/crypto/keys';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Identity } from '../../../src-worker/node/identity/identity.ts';
import type { PeerRecord } from '../../../src-worker/node/mesh/records/record.ts';
import { sealRecord } from '../../../src-worker/node/mesh/records/signed-record.ts';
import { type Random, seededRandom } from '../engine/mutations.ts';
import { someKey } from '../pools/pool-keys.ts';
import { field, message, withLength } from './protobuf.ts';
import { onStream, RawConnection, yamuxFlags, yamuxHeader, yamuxTypes } from './raw-connection.ts';
import {
  kademliaName,
  type SpokenProtocol,
  spokenProtocols,
  wrongMessage,
} from './wrong-messages.ts';

/** Messages on each stream: those after the first one that ends the stream are not read. */
const messagesPerStream = 30;

/** Number of peers in one reply to a look-up, none of which exists. */
const crowdSize = 1000;

/** The record of a peer that offers nothing, changed as a test needs it. */
export function plainRecord(changes: Partial<PeerRecord> = {}): PeerRecord {
  return {
    sequence: Date.now(),
    state: 'serving',
    addresses: [],
    models: [],
    shards: [],
    ...changes,
  };
}

export type FuzzResult = {
  readonly messages: number;
  readonly streams: number;
  /** Identities that were disconnected before they had sent everything. */
  readonly refused: readonly string[];
};

/** Sends this many wrong messages to a node, on all protocols in turn. */
export async function fuzz(
  address: string,
  manifestId: string,
  count: number,
  seed: number,
): Promise<FuzzResult> {
  const random = seededRandom(seed);
  const other = await someKey();
  const refused: string[] = [];
  let messages = 0;
  let streams = 0;
  while (messages < count) {
    const identity = await someKey();
    const protocols = spokenProtocols({
      manifestId,
      ownRecord: await sealRecord(plainRecord(), identity.privateKey),
      otherRecord: await sealRecord(plainRecord(), other.privateKey),
      peerId: peerIdFromString(identity.peer).toMultihash().bytes,
    });
    const reply = (name: string): Buffer => {
      const spoken = protocols.find((each) => each.name === name);
      return name === identifyName
        ? identification(identity, protocols)
        : spoken === undefined
          ? Buffer.from('what?')
          : name === kademliaName && random(2) === 0
            ? crowd(random)
            : Buffer.concat(Array.from({ length: 3 }, () => wrongMessage(spoken, random)));
    };
    const connection = await RawConnection.open(address, { identity, reply });
    try {
      for (let round = 0; round < 3 && connection.isOpen && messages < count; round += 1) {
        const open = protocols.flatMap((protocol) =>
          Array.from({ length: protocol.streams }, () => ({
            protocol,
            ...connection.stream(protocol.name),
          })),
        );
        await connection.send(...open.map(({ bytes }) => bytes));
        await connection.settled();
        for (const { protocol, id } of open) {
          const said = Array.from({ length: messagesPerStream }, () =>
            wrongMessage(protocol, random),
          );
          await connection.send(onStream(id, ...said));
          messages += said.length;
        }
        streams += open.length;
        await connection.settled();
        await connection.send(
          ...open.map(({ id }) => yamuxHeader(yamuxTypes.window, yamuxFlags.rst, id, 0)),
        );
      }
      await connection.settled();
      if (!connection.isOpen) {
        refused.push(identity.peer);
      }
    } finally {
      await connection.close();
    }
  }
  return { messages, streams, refused };
}

const identifyName = '/ipfs/id/1.0.0';

/**
 * A correct identification: who the peer is, and that it speaks everything, so that the node opens every protocol to
 * it.
 */
function identification(identity: Identity, protocols: readonly SpokenProtocol[]): Buffer {
  return withLength(
    field(1, publicKeyToProtobuf(identity.privateKey.publicKey)),
    ...protocols.map(({ name }) => field(3, Buffer.from(name))),
  );
}

/** A reply to "which peers are near to this?" that names a thousand peers which do not exist. */
function crowd(random: Random): Buffer {
  const nobody = (): Buffer => {
    const key = Buffer.from(Array.from({ length: 32 }, () => random(256)));
    const id = Buffer.concat([Buffer.from([0, 36, 8, 1, 18, 32]), key]);
    const address = Buffer.from([4, 127, 0, 0, 1 + random(200), 6, 0, 9]);
    return message(field(1, id), field(2, address));
  };
  return withLength(field(1, 4), ...Array.from({ length: crowdSize }, () => field(8, nobody())));
}
