import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FramedStream } from './framed-stream.ts';

/** The raw stream's interface, with what was written. */
class Recorder extends EventEmitter {
  readonly remoteHost = '198.51.100.7';
  readonly remotePort = 1;
  readonly written: Buffer[] = [];
  write(bytes: Uint8Array): boolean {
    this.written.push(Buffer.from(bytes));
    return true;
  }
  end(): void {}
  destroy(): void {}
  setKeepalive(): void {}
}

function started(): { readonly raw: Recorder; readonly stream: FramedStream; read: Buffer[] } {
  const raw = new Recorder();
  const stream = new FramedStream();
  const read: Buffer[] = [];
  stream.on('data', (bytes) => read.push(Buffer.from(bytes)));
  stream.start(raw, { handshake: { remotePublicKey: Buffer.alloc(32) } });
  return { raw, stream, read };
}

it('bytes come out as they went in, however the path cuts them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 50 }),
      (writes, cut) => {
        const { raw, stream } = started();
        writes.forEach((bytes) => stream.write(bytes));
        const wire = Buffer.concat(raw.written);
        const other = started();
        for (let at = 0; at < wire.byteLength; at += cut) {
          other.raw.emit('data', wire.subarray(at, at + cut));
        }
        expect(Buffer.concat(other.read)).toEqual(Buffer.concat(writes));
      },
    ),
    { numRuns: 100 },
  );
});

it('a long write is cut into frames', () => {
  const { raw, stream } = started();
  stream.write(Buffer.alloc(150_000));
  expect(raw.written.map((frame) => frame.byteLength)).toEqual([61_443, 61_443, 27_123]);
});

it('a frame that claims 16 MB is passed on as it comes, without waiting for its end', () => {
  const { raw, read } = started();
  raw.emit('data', Buffer.from([0xff, 0xff, 0xff, 1, 2]));
  raw.emit('data', Buffer.from([3]));
  expect(read).toEqual([Buffer.from([1, 2]), Buffer.from([3])]);
});

it('nothing is read after the end', () => {
  const { raw, stream, read } = started();
  stream.destroy();
  raw.emit('data', Buffer.from([1, 0, 0, 1]));
  expect(read).toEqual([]);
});
