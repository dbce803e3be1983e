/**
 * The messages of a fuzzing peer: for every protocol of a node, messages as honest peers send them, and any number of
 * wrong ones made from those: damaged, cut short, with wrong lengths, in the wrong order, and with JSON of every kind
 * that could confuse a parser. The same for the same seed.
 */
import { newsProtocol } from '../../../src-worker/node/pools/pool-news.ts';
import { headerKinds, headerProtocol } from '../../../src-worker/node/headers/header-messages.ts';
import {
  recordKinds,
  recordProtocol,
} from '../../../src-worker/node/mesh/records/record-messages.ts';
import { stageKinds } from '../../../src-worker/node/sessions/protocol/message-table.ts';
import { stageProtocol } from '../../../src-worker/node/sessions/protocol/stage-messages.ts';
import { chunkKinds, chunkProtocol } from '../../../src-worker/node/transfer/chunk-messages.ts';
import { encodeFrame } from '../../../src-worker/wire/frame.ts';
import { mutate, type Random } from '../engine/mutations.ts';
import { openMessage, sessionName, ticket } from '../sessions/node-stage-peer.ts';
import { field, message, withLength } from './protobuf.ts';

export const kademliaName = '/mindmesh/kad/1.0.0';

/** A frame of our own protocols, or bytes of libp2p's. */
type Said =
  | { readonly kind: number; readonly body: Uint8Array | Readonly<Record<string, unknown>> }
  | Buffer;

export type SpokenProtocol = {
  readonly name: string;
  /** Number of streams of it that a node takes from one connection at once; further ones would be refused unread. */
  readonly streams: number;
  readonly messages: readonly Said[];
};

export type Facts = {
  readonly manifestId: string;
  /** The signed record of the peer that speaks, and of another one. */
  readonly ownRecord: Uint8Array;
  readonly otherRecord: Uint8Array;
  readonly peerId: Uint8Array;
};

export function spokenProtocols({
  manifestId,
  ownRecord,
  otherRecord,
  peerId,
}: Facts): SpokenProtocol[] {
  const address = Buffer.from([4, 127, 0, 0, 1, 6, 0x10, 0x92]);
  const peerInfo = message(field(1, peerId), field(2, address));
  const open = openMessage(manifestId, 5);
  return [
    {
      name: recordProtocol,
      streams: 2,
      messages: [
        { kind: recordKinds.record, body: ownRecord },
        { kind: recordKinds.forwarded, body: otherRecord },
        { kind: recordKinds.ping, body: Buffer.alloc(8) },
        { kind: recordKinds.pong, body: Buffer.alloc(8) },
      ],
    },
    {
      name: headerProtocol,
      streams: 2,
      messages: [{ kind: headerKinds.request, body: { manifestId } }],
    },
    {
      name: chunkProtocol,
      streams: 4,
      messages: [
        { kind: chunkKinds.open, body: { manifestId } },
        { kind: chunkKinds.chunk, body: Buffer.alloc(4) },
        { kind: chunkKinds.leaves, body: Buffer.alloc(4, 255) },
        { kind: chunkKinds.refresh, body: Buffer.alloc(0) },
      ],
    },
    {
      name: stageProtocol,
      streams: 16,
      messages: [
        { kind: stageKinds.open, body: open },
        { kind: stageKinds.attach, body: { session: sessionName, ticket } },
        { kind: stageKinds.failed, body: { code: 'internal', message: 'Something' } },
        { kind: stageKinds.tokens, body: Buffer.alloc(64) },
        { kind: stageKinds.alive, body: Buffer.alloc(0) },
      ],
    },
    {
      name: newsProtocol,
      streams: 2,
      messages: [
        { kind: 1, body: { pool: 'a'.repeat(52), digest: 'x' } },
        { kind: 3, body: { certificate: 'AAAA', admin: 'AAAA' } },
        { kind: 4, body: { revocation: 'AAAA', admin: 'AAAA' } },
      ],
    },
    {
      name: kademliaName,
      streams: 8,
      // Types 0 to 5: put and get a value, add and get providers, find a node, ping.
      messages: [0, 1, 2, 3, 4, 5].map((type) =>
        withLength(
          field(1, type),
          field(2, Buffer.concat([Buffer.from([1, 0x55, 0x12, 32]), Buffer.alloc(32, type)])),
          field(3, Buffer.alloc(40, type)),
          field(8, peerInfo),
          field(9, peerInfo),
        ),
      ),
    },
    { name: '/ipfs/id/1.0.0', streams: 1, messages: [withLength(field(1, peerId))] },
    { name: '/ipfs/ping/1.0.0', streams: 2, messages: [Buffer.alloc(32, 1)] },
    {
      name: '/libp2p/circuit/relay/0.2.0/hop',
      streams: 8,
      messages: [0, 1, 2].map((type) => withLength(field(1, type), field(2, peerInfo))),
    },
    {
      name: '/libp2p/circuit/relay/0.2.0/stop',
      streams: 4,
      messages: [0, 1].map((type) => withLength(field(1, type), field(2, peerInfo))),
    },
    {
      name: '/mindmesh/autonat/2/dial-request',
      streams: 2,
      messages: [withLength(field(1, message(field(1, peerInfo)))), withLength(field(4, peerInfo))],
    },
    { name: '/mindmesh/autonat/2/dial-back', streams: 2, messages: [Buffer.alloc(9, 9)] },
    { name: '/mindmesh/nothing/1.0.0', streams: 4, messages: [Buffer.from('anything')] },
  ];
}

/** A wrong message of the protocol. By chance, a few are right. */
export function wrongMessage({ messages }: SpokenProtocol, random: Random): Buffer {
  const said = messages[random(messages.length)] ?? Buffer.alloc(0);
  if (Buffer.isBuffer(said)) {
    return random(8) === 0 ? noise(random) : mutate(said, said.byteLength, random);
  }
  const { kind, body } = said;
  switch (random(8)) {
    case 0:
      return noise(random);
    case 1:
      // The right body under another name, and so perhaps in the wrong order.
      return frame(random(40), bytesOf(body));
    case 2:
      return lyingFrame(kind, bytesOf(body), random);
    case 3:
    case 4:
    case 5:
      if (!(body instanceof Uint8Array)) {
        return frame(kind, Buffer.from(wrongJson(body, random)));
      }
      return mutate(frame(kind, body), body.byteLength, random);
    default:
      return mutate(frame(kind, bytesOf(body)), 64, random);
  }
}

function frame(kind: number, body: Uint8Array): Buffer {
  return Buffer.concat(encodeFrame(kind, body));
}

function bytesOf(body: Uint8Array | Readonly<Record<string, unknown>>): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
}

function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + random(64) }, () => random(256)));
}

const lies = [0, 1, 7, 0xffff, 0x10_0000, 0x7fff_ffff, 0xffff_ffff];

/** A header that claims another length than the body has. */
function lyingFrame(kind: number, body: Uint8Array, random: Random): Buffer {
  const lying = frame(kind, body);
  lying.writeUInt32LE(lies[random(lies.length)] ?? 0, 0);
  return lying;
}

const wrongValues = [
  ...'null true -1 -0 0.5 1e999 -1e999 NaN 9007199254740993 1e-400 [] {} [[[]]] ""'.split(' '),
  '"\\u0000"',
  '"\\ud800"',
  '{"__proto__":{"isPolluted":true}}',
  `"${'x'.repeat(3000)}"`,
  `[${'0,'.repeat(1000)}0]`,
  '['.repeat(3000),
  `${'{"a":'.repeat(700)}1${'}'.repeat(700)}`,
];
const wrongNames = ['__proto__', 'constructor', 'toString', 'prototype', '', 'hasOwnProperty'];

/** JSON that is none, or of another schema. */
function wrongJson(valid: Readonly<Record<string, unknown>>, random: Random): string {
  const entries = Object.entries(valid).map(
    ([name, value]) => [JSON.stringify(name), JSON.stringify(value)] as [string, string],
  );
  const at = random(entries.length);
  const value = wrongValues[random(wrongValues.length)] ?? '';
  const name = JSON.stringify(wrongNames[random(wrongNames.length)]);
  switch (random(6)) {
    case 0:
      return value;
    case 1:
      entries.splice(at, 1);
      break;
    case 2:
      entries.push([name, value]);
      break;
    case 3: {
      const text = textOf(entries);
      return text.slice(0, random(text.length));
    }
    default:
      entries[at] = [entries[at]?.[0] ?? name, value];
  }
  return textOf(entries);
}

function textOf(entries: readonly [string, string][]): string {
  return `{${entries.map(([name, value]) => `${name}:${value}`).join(',')}}`;
}
