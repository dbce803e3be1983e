/**
 * The stage protocol of a future version. It has features, members, flags and a kind that no peer here knows, and the
 * names of version 1 for peers of that version, which it recognises by their records.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type { Frame } from '../../../src-worker/wire/frame.ts';
import { type Dialect, flagsAt, membersOf, withMembers } from './stage-dialect.ts';

const speaks = { version: 3, features: ['mind-reading'], dialect: 'northern' };
const unknownFlags = 0x4000_0010;
const segmentKinds: ReadonlySet<number> = new Set([1, 2, 3]);
/** Names that were dropped, of messages with a JSON body, by kind. */
const dropped: Readonly<Record<number, readonly string[]>> = {
  32: ['promptTokens', 'decodeUntil', 'maxTokens'],
  33: ['held'],
  34: [],
  35: [],
  36: ['heldMs'],
};
const open = 32;
const opened = 33;

/** @param slips Behind the first message of this kind comes one of a kind that no peer here has heard of. */
export function nextDialect(former: ReadonlySet<string>, slips?: number): Dialect {
  let mayAlsoSay = slips !== undefined;
  return {
    say: (frame, to) => {
      if (former.has(to)) {
        return [frame];
      }
      const isSlip = mayAlsoSay && frame.kind === slips;
      mayAlsoSay &&= !isSlip;
      return [said(frame), ...(isSlip ? [{ kind: 77, body: Buffer.alloc(100_000) }] : [])];
    },
    hear: (frame, from) => (former.has(from) ? frame : hear(frame)),
    limits: (limits) => limits,
  };
}

function said(frame: Frame): Frame {
  const { kind } = frame;
  if (segmentKinds.has(kind)) {
    const body = Buffer.from(frame.body);
    body.writeUInt32LE((body.readUInt32LE(flagsAt) | unknownFlags) >>> 0, flagsAt);
    return { kind, body };
  }
  const names = dropped[kind];
  if (names === undefined) {
    return frame;
  }
  const { sampling, output, ...members } = without(membersOf(frame), names);
  return withMembers(kind, {
    ...members,
    ...('sampling' in membersOf(frame) ? { sampling: withMood(sampling) } : {}),
    ...('output' in membersOf(frame) ? { output: withMood(output) } : {}),
    ...(kind === open || kind === opened ? { speaks } : {}),
    mood: { is: 'good', for: [1, 2, 3] },
  });
}

function hear(frame: Frame): Frame {
  const names = dropped[frame.kind];
  if (names === undefined) {
    return frame;
  }
  const members = membersOf(frame);
  // The opener of a session does not know the version of the other side yet.
  if (frame.kind !== open && names.some((name) => name in members)) {
    throw new AppError('protocol-violation', `Former names came, which nobody speaks any more`);
  }
  return withMembers(frame.kind, without(members, names));
}

function without(
  members: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}

function withMood(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? { ...value, mood: 'good' } : value;
}
