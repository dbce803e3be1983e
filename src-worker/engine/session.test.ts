import { describe, expect, it } from 'vitest';
import type { Segment } from '../wire/segment.ts';
import { Session } from './session.ts';

function segment(position: number, count: number): Segment {
  const values = new Uint8Array(count * 4);
  const detail = new Uint8Array(0);
  return { session: 1, position, count, flags: 0, computeMicros: 0, values, detail };
}

function open(): Session {
  return new Session({
    id: 1,
    slot: 0,
    sampler: undefined,
    layers: 4,
    selfFeedUntil: undefined,
    length: 0,
  });
}

describe('Session', () => {
  it('takes segments that follow its tokens or go back, and refuses a gap', () => {
    const session = open();
    session.push(segment(0, 10));
    session.push(segment(10, 5));
    session.push(segment(12, 1));
    session.push(segment(3, 2));
    expect(() => session.push(segment(6, 1))).toThrow('position 6');
    session.push(segment(5, 1));
    expect(session.queuedBytes).toBe(19 * 4);
  });

  it('goes through its segments in order, part by part', () => {
    const session = open();
    session.push(segment(0, 10));
    session.push(segment(10, 1));
    session.advance(6);
    expect(session.next).toMatchObject({ done: 6, segment: { position: 0 } });
    expect(session.length).toBe(6);
    session.advance(4);
    expect(session.next).toMatchObject({ done: 0, segment: { position: 10 } });
    session.advance(1);
    expect(session.next).toBeUndefined();
    expect(session.length).toBe(11);
  });

  it('drops the token that it would feed itself when a segment comes from outside', () => {
    const session = open();
    session.push(segment(0, 4));
    session.advance(4);
    session.pushOwn(segment(4, 1));
    session.push(segment(2, 2));
    expect(session.next?.segment.position).toBe(2);
    session.pushOwn(segment(4, 1));
    session.advance(2);
    expect(session.next).toBeUndefined();
  });
});
