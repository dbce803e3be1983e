import { describe, expect, it } from 'vitest';
import { MuxerWatch } from './muxer-watch.ts';

const maxFrameBytes = 1000;

function header(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt8(type, 1);
  bytes.writeUInt32BE(length, 8);
  return bytes;
}

const data = (length: number): Buffer =>
  Buffer.concat([header(0, length), Buffer.alloc(length, 0xff)]);
const ping = header(2, 0xffff_ffff);

describe('the watch over a multiplexer', () => {
  it('accepts frames of every size up to the largest, however they are cut', () => {
    const frames = Buffer.concat([
      data(0),
      ping,
      data(1),
      data(maxFrameBytes),
      header(1, 0xffff_ffff),
    ]);
    for (const step of [1, 5, 11, 12, 13, 500, frames.byteLength]) {
      const watch = new MuxerWatch(maxFrameBytes);
      for (let at = 0; at < 3 * frames.byteLength; at += step) {
        const from = at % frames.byteLength;
        expect(() => watch.inspect(frames.subarray(from, from + step), false)).not.toThrow();
        at -= Math.max(0, from + step - frames.byteLength);
      }
    }
  });

  it('ends a connection with the header of a frame that is too large', () => {
    const watch = new MuxerWatch(maxFrameBytes);
    watch.inspect(data(maxFrameBytes), false);
    const large = header(0, maxFrameBytes + 1);
    watch.inspect(large.subarray(0, 11), false);
    expect(() => watch.inspect(large.subarray(11), false)).toThrow('began a frame of 1001 bytes');
  });

  it('ends a connection that sends one frame in thousands of pieces', () => {
    const watch = new MuxerWatch(10_000);
    watch.inspect(header(0, 10_000), false);
    const send = (pieces: number): void => {
      for (let piece = 0; piece < pieces; piece += 1) {
        watch.inspect(Buffer.alloc(1), false);
      }
    };
    expect(() => send(4000)).not.toThrow();
    expect(() => send(200)).toThrow('tiny pieces');
  });

  it('ends a connection that sends thousands of frames without reading the replies, and no other', () => {
    const watch = new MuxerWatch(maxFrameBytes);
    const many = Buffer.concat(Array.from({ length: 5000 }, () => ping));
    watch.inspect(many, true);
    watch.inspect(Buffer.alloc(0), false);
    watch.inspect(many, false);
    watch.inspect(many, true);
    expect(() => watch.inspect(many, true)).toThrow('reads no reply');
  });
});
