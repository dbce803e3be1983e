/**
 * All messages of the stage protocol, one entry each: the kind of its frames and, for each place where it may come, how its
 * body is read. Limits and dispatch follow from the table. A new message is an entry here and a handler at each of its
 * places, which the type checker then demands.
 *
 * A frame whose kind is in no entry comes from a version that speaks more than this one. Its body is not read, and the
 * stream ends with `not-spoken`, which blames no peer. A known kind at the wrong place, or with more bytes than that place
 * allows, is a protocol violation.
 */
import { AppError } from '../../../../src-shared/errors.ts';
import { type Frame, type FrameLimits, unspoken } from '../../../wire/frame.ts';
import { isFedByLast, type StageRole } from '../../../wire/stage-role.ts';
import { segmentKinds } from '../../../wire/segment.ts';
import { type BodyCodec, integers, json, nothing, raw, tokens } from './body-codecs.ts';
import {
  hiddenBytes,
  maxFailedBytes,
  maxMessageBytes,
  maxOpenBytes,
  mostHistory,
  sampledBytes,
  tokensBytes,
} from './stage-limits.ts';
import {
  attachMessageSchema,
  closedMessageSchema,
  failedMessageSchema,
  openedMessageSchema,
  openMessageSchema,
} from './stage-messages.ts';

/** Where a message may come: at which end of a channel, from which peer, and when. */
export type Place =
  /** At a stage, from a coordinator or another stage: the channel has no session yet. */
  | 'arrival'
  /** At a stage, from its coordinator, after `open`. */
  | 'control'
  /** At a coordinator, from a stage, up to and with its `opened`. */
  | 'opening'
  /** At a coordinator, from a stage, after `opened`. */
  | 'running'
  /** At a stage, from the one before it, after `attach`. */
  | 'hiddenInput'
  /** At the first stage, from the last one, after `attach`. */
  | 'tokenInput'
  /** At a stage, from the next one, to which it attached. */
  | 'output';

type Entry = {
  readonly kind: number;
  readonly at: { readonly [P in Place]?: BodyCodec<unknown> };
};

const refusal = json(maxFailedBytes, failedMessageSchema, 'A refusal');
const account = json(maxMessageBytes, closedMessageSchema, "A stage's account");
/** The position after the last token that came in, and how many of the tokens were not passed on yet. */
const progress = integers(2, 'A stage’s progress');

const table = {
  tokens: { kind: segmentKinds.tokens, at: { control: raw(tokensBytes) } },
  hidden: { kind: segmentKinds.hidden, at: { hiddenInput: raw(hiddenBytes) } },
  sampled: {
    kind: segmentKinds.sampled,
    at: { running: raw(sampledBytes), tokenInput: raw(sampledBytes) },
  },
  open: {
    kind: 32,
    at: { arrival: json(maxOpenBytes, openMessageSchema, 'A request for a session') },
  },
  opened: {
    kind: 33,
    at: { opening: json(maxMessageBytes, openedMessageSchema, "A stage's welcome") },
  },
  attach: { kind: 34, at: { arrival: json(maxMessageBytes, attachMessageSchema, 'A ticket') } },
  failed: {
    kind: 35,
    at: {
      // From a stage that attached and failed before the session was here: its cause is not read.
      arrival: raw(maxFailedBytes),
      opening: refusal,
      running: refusal,
      hiddenInput: refusal,
      tokenInput: refusal,
      output: refusal,
    },
  },
  closed: { kind: 36, at: { opening: account, running: account } },
  alive: { kind: 37, at: { control: nothing, opening: progress, running: progress } },
  draining: { kind: 38, at: { running: nothing } },
  retain: { kind: 39, at: { control: integers(1, 'The number of tokens to retain') } },
  restoreHistory: {
    kind: 40,
    at: { control: tokens(mostHistory, 'The history'), running: nothing },
  },
} as const satisfies Record<string, Entry>;

type Table = typeof table;
type Name = keyof Table;

/** The frame kind of each message. */
export const stageKinds = Object.fromEntries(
  Object.entries(table).map(([name, { kind }]) => [name, kind]),
) as { readonly [N in Name]: Table[N]['kind'] };

type Body<N extends Name, P extends Place> =
  Table[N]['at'] extends Readonly<Record<P, BodyCodec<infer T>>> ? T : never;

/** One handler for each message that may come at a place. While a returned promise is pending, no further message is read. */
export type Handlers<P extends Place> = {
  readonly [N in Name as P extends keyof Table[N]['at'] ? N : never]: (
    message: Body<N, P>,
  ) => void | Promise<void>;
};

/** Highest kind that any version of the protocol may use; a frame with a higher one is not of this protocol. */
const mostKinds = 255;

const entries: readonly (Entry & { readonly name: string })[] = Object.entries(table).map(
  ([name, entry]: [string, Entry]) => ({ ...entry, name }),
);
const byKind = new Map(entries.map((entry) => [entry.kind, entry]));

/** Limits for the frames at a place. `width`: values in a hidden state, for places where hidden states come. */
export function limitsAt(place: Place, width = 0): FrameLimits {
  return (kind) => {
    const entry = byKind.get(kind);
    if (entry === undefined) {
      return kind >= 1 && kind <= mostKinds ? unspoken : undefined;
    }
    return entry.at[place]?.bytes(width);
  };
}

/** The place at which the messages of the stage before come, for a stage with this role. */
export function inputPlace(role: StageRole): 'hiddenInput' | 'tokenInput' {
  return isFedByLast(role) ? 'tokenInput' : 'hiddenInput';
}

/**
 * Reads a frame and hands it to its handler.
 * @throws AppError `not-spoken` for a kind that this version does not have, `protocol-violation` for one that may not
 * come at this place or is not valid; any error of the handler
 */
export function dispatch<P extends Place>(
  place: P,
  { kind, body }: Frame,
  handlers: Handlers<P>,
): void | Promise<void> {
  const entry = byKind.get(kind);
  if (entry === undefined) {
    throw new AppError('not-spoken', `A message of kind ${kind} is not spoken here`);
  }
  const codec = entry.at[place];
  const handler = (handlers as Readonly<Record<string, Handler | undefined>>)[entry.name];
  if (codec === undefined || handler === undefined) {
    throw new AppError('protocol-violation', `A frame of kind ${kind} came out of turn`);
  }
  return handler(codec.decode(body));
}

type Handler = (message: unknown) => void | Promise<void>;
