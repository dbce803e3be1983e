import {
  array,
  assert,
  infiniteStream,
  integer,
  nat,
  property,
  record,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, type FrameLimits, FrameReader, unspoken } from './frame.ts';

const limits = (kind: number): number | undefined => (kind < 8 ? 1000 : undefined);

function only(allowed: number): FrameLimits {
  return (kind) => (kind === allowed ? 1000 : undefined);
}

function readAll(chunks: readonly Uint8Array[]): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(limits, (frame) => frames.push(frame));
  for (const chunk of chunks) {
    reader.push(chunk);
  }
  return frames;
}

describe('FrameReader', () => {
  it('returns the frames of encodeFrame, however the bytes are split', () => {
    const frame = record({ kind: nat(7), body: uint8Array({ maxLength: 300 }) });
    assert(
      property(
        array(frame, { maxLength: 6 }),
        infiniteStream(integer({ min: 1, max: 64 })),
        (sent, cuts) => {
          const bytes = Buffer.concat(sent.flatMap(({ kind, body }) => encodeFrame(kind, body)));
          const chunks: Buffer[] = [];
          for (let offset = 0; offset < bytes.length;) {
            const size = cuts.next().value;
            chunks.push(bytes.subarray(offset, offset + size));
            offset += size;
          }
          const received = readAll(chunks).map(({ kind, body }) => ({ kind, body: [...body] }));
          expect(received).toEqual(sent.map(({ kind, body }) => ({ kind, body: [...body] })));
        },
      ),
    );
  });

  it('joins the parts of a body', () => {
    const [frame] = readAll(encodeFrame(1, Buffer.from('hid'), Buffer.from('den')));
    expect(frame?.body.toString()).toBe('hidden');
  });

  it('gives every body its own memory, aligned for float32 views', () => {
    const bytes = Buffer.concat([
      ...encodeFrame(1, Buffer.alloc(12)),
      ...encodeFrame(1, Buffer.alloc(12)),
    ]);
    for (const { body } of readAll([bytes])) {
      expect(body.byteOffset % 4).toBe(0);
      expect(body.buffer.byteLength).toBe(12);
    }
  });

  it('refuses a length over the limit of the kind before the body arrives', () => {
    const header = encodeFrame(1, Buffer.alloc(1001))[0] ?? Buffer.alloc(0);
    expect(() => readAll([header])).toThrow('claims 1001 bytes; at most 1000');
  });

  it('refuses an unknown kind', () => {
    expect(() => readAll(encodeFrame(9, Buffer.alloc(1)))).toThrow('Unknown frame kind 9');
  });

  it('passes on a kind of another version without its body, and no frame after it', () => {
    const seen: [number, number][] = [];
    const reader = new FrameReader(
      (kind) => (kind === 9 ? unspoken : limits(kind)),
      ({ kind, body }) => {
        seen.push([kind, body.byteLength]);
      },
    );
    const huge = Buffer.alloc(8);
    huge.writeUInt32LE(0xffff_ffff, 0);
    huge.writeUInt32LE(9, 4);
    reader.push(Buffer.concat([...encodeFrame(1, Buffer.alloc(1)), huge, Buffer.alloc(100)]));
    reader.push(Buffer.concat(encodeFrame(1, Buffer.alloc(1))));
    expect(seen).toEqual([
      [1, 1],
      [9, 0],
    ]);
    expect([reader.isIdle, reader.waitingBytes]).toEqual([true, 0]);
  });

  it('passes on no frame while paused, and continues in order when released', () => {
    const seen: number[] = [];
    const reader = new FrameReader(limits, ({ kind }) => {
      seen.push(kind);
      reader.hold();
    });
    const bytes = Buffer.concat([1, 2, 3].flatMap((kind) => encodeFrame(kind, Buffer.alloc(kind))));
    reader.push(bytes.subarray(0, 15));
    reader.push(bytes.subarray(15));
    expect(seen).toEqual([1]);
    expect(reader.waitingBytes).toBe(bytes.length - 9);
    reader.release();
    expect(seen).toEqual([1, 2]);
    reader.release();
    expect(seen).toEqual([1, 2, 3]);
    expect(reader.waitingBytes).toBe(0);
  });

  it('keeps the order when a consumer holds and releases during a frame', () => {
    const seen: number[] = [];
    const reader = new FrameReader(limits, ({ kind }) => {
      seen.push(kind);
      reader.hold();
      reader.release();
    });
    reader.push(Buffer.concat([1, 2, 3].flatMap((kind) => encodeFrame(kind))));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('looks up the limit of every frame when its header is read, also within one chunk', () => {
    const seen: number[] = [];
    const reader = new FrameReader(only(1), ({ kind }) => {
      seen.push(kind);
      reader.allow(only(kind + 1));
    });
    const bytes = Buffer.concat([1, 2, 2].flatMap((kind) => encodeFrame(kind, Buffer.alloc(9))));
    expect(() => reader.push(bytes)).toThrow('Unknown frame kind 2');
    expect(seen).toEqual([1, 2]);
  });

  it('drops incomplete, waiting and later bytes, from the middle of a chunk on', () => {
    const seen: number[] = [];
    const reader = new FrameReader(limits, ({ kind }) => {
      seen.push(kind);
      reader.drop();
    });
    const bytes = Buffer.concat([1, 2, 9].flatMap((kind) => encodeFrame(kind, Buffer.alloc(9))));
    reader.push(bytes.subarray(0, 20));
    reader.push(bytes.subarray(20));
    expect(seen).toEqual([1]);
    expect(reader.waitingBytes).toBe(0);
    expect(reader.isIdle).toBe(true);
  });

  it('drops waiting bytes while it is paused', () => {
    const reader = new FrameReader(limits, () => {
      throw new Error('There is no frame to be given');
    });
    reader.push(Buffer.concat(encodeFrame(1, Buffer.alloc(100))).subarray(0, 50));
    reader.hold();
    reader.push(Buffer.alloc(200, 0xff));
    reader.drop();
    expect(reader.isIdle).toBe(true);
    reader.release();
    reader.push(Buffer.alloc(200, 0xff));
    expect(reader.isIdle).toBe(true);
  });

  it('knows whether a stream ended between frames', () => {
    const reader = new FrameReader(limits, () => {});
    const bytes = Buffer.concat(encodeFrame(1, Buffer.alloc(4)));
    expect(reader.isIdle).toBe(true);
    reader.push(bytes.subarray(0, 5));
    expect(reader.isIdle).toBe(false);
    reader.push(bytes.subarray(5, 10));
    expect(reader.isIdle).toBe(false);
    reader.push(bytes.subarray(10));
    expect(reader.isIdle).toBe(true);
  });
});
