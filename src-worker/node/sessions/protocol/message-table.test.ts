import { describe, expect, it } from 'vitest';
import { type Frame, unspoken } from '../../../wire/frame.ts';
import { dispatch, limitsAt, type Place, stageKinds } from './message-table.ts';

const kinds = Object.values(stageKinds);

/** The names of the messages that may come at a place, each with its most bytes. */
function allowedAt(place: Place, width = 0): Record<string, number | undefined> {
  const limits = limitsAt(place, width);
  const all = Object.entries(stageKinds).map(([name, kind]) => [name, limits(kind)] as const);
  return Object.fromEntries(
    all.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

function frame(kind: number, body: unknown): Frame {
  return { kind, body: Buffer.from(JSON.stringify(body)) };
}

describe('the table of messages', () => {
  it('has each kind once', () => {
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  it.each<[Place, Record<string, number>]>([
    ['arrival', { open: 524_288, attach: 4096, failed: 32_768 }],
    ['control', { tokens: 2072, alive: 0, retain: 4, restoreHistory: 65_536 }],
    ['opening', { opened: 4096, failed: 32_768, closed: 4096, alive: 8 }],
    [
      'running',
      { sampled: 16_408, failed: 32_768, closed: 4096, alive: 8, draining: 0, restoreHistory: 0 },
    ],
    ['hiddenInput', { hidden: 512 * 100 * 4 + 24, failed: 32_768 }],
    ['tokenInput', { sampled: 16_408, failed: 32_768 }],
    ['output', { failed: 32_768 }],
  ])(
    'allows at %s only messages that are used there, each with no more bytes than it needs',
    (place, expected) => {
      expect(allowedAt(place, 100)).toEqual(expected);
    },
  );

  it('never allows hidden states more than 16 MiB, however wide they are', () => {
    expect(limitsAt('hiddenInput', 65_536)(stageKinds.hidden)).toBe(16 * 1024 * 1024 + 24);
  });

  it.each<[number, number | string | undefined]>([
    [0, undefined],
    [99, unspoken],
    [255, unspoken],
    [256, undefined],
    [0xffff_ffff, undefined],
  ])('tells whether a later version may speak kind %i', (kind, expected) => {
    expect(limitsAt('control')(kind)).toBe(expected);
  });
});

describe('a frame', () => {
  const heard: unknown[] = [];
  const handlers = { failed: (message: unknown): void => void heard.push(message) };

  it('is read and handed to its handler, without members that are not known', () => {
    const told = { code: 'engine-died', message: 'It died', mood: 'bad' };
    void dispatch('output', frame(stageKinds.failed, told), handlers);
    expect(heard).toEqual([{ code: 'engine-died', message: 'It died' }]);
  });

  it.each([
    ['not-spoken', 'a kind of a later version', 99],
    ['protocol-violation', 'a kind that has no place there', stageKinds.tokens],
    ['protocol-violation', 'a body that is not valid', stageKinds.failed],
  ])('is refused as %s: %s', (code, _title, kind) => {
    expect(() => dispatch('output', frame(kind, []), handlers)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
