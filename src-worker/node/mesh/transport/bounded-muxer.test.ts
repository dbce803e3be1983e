import type { Logger, MessageStream, Stream } from '@libp2p/interface';
import { describe, expect, it } from 'vitest';
import { boundedYamux } from './bounded-muxer.ts';

const maxFrameBytes = 64 * 1024;

const silent: Logger = Object.assign(() => {}, {
  enabled: false,
  trace: () => {},
  error: () => {},
  newScope: () => silent,
});

/** The encrypted connection below a multiplexer, on which the test acts as the peer. */
class Line extends EventTarget {
  readonly direction = 'inbound';
  readonly log = silent;
  status = 'open';
  writableNeedsDrain = false;

  send(): boolean {
    return true;
  }

  abort(): void {
    this.status = 'aborted';
  }

  /** A frame of data for a stream; with flag 1 it opens it. */
  hear(flag: number, length: number, claimed = length): void {
    const frame = Buffer.alloc(12 + length);
    frame.writeUInt16BE(flag, 2);
    frame.writeUInt32BE(1, 4);
    frame.writeUInt32BE(claimed, 8);
    this.dispatchEvent(Object.assign(new Event('message'), { data: frame }));
  }
}

function setUp(): { line: Line; stream: Stream } {
  const line = new Line();
  const make = boundedYamux({ enableKeepAlive: false }, maxFrameBytes);
  const muxer = make().createStreamMuxer(line as unknown as MessageStream);
  const streams: Stream[] = [];
  muxer.addEventListener('stream', ({ detail }) => void streams.push(detail));
  line.hear(1, 10);
  const [stream] = streams;
  if (stream === undefined) {
    throw new Error('No stream came');
  }
  return { line, stream };
}

describe('a bounded multiplexer', () => {
  it('ends a stream that sends a lot before it agrees on a protocol', () => {
    const { line, stream } = setUp();
    line.hear(0, 16 * 1024 - 10);
    expect(stream.status).toBe('open');
    line.hear(0, 1);
    expect([stream.status, line.status]).toEqual(['aborted', 'open']);
  });

  it('allows more bytes once a stream has a protocol', () => {
    const { line, stream } = setUp();
    stream.protocol = '/some/1';
    line.hear(0, 60 * 1024);
    line.hear(0, 60 * 1024);
    expect(stream.status).toBe('open');
  });

  it('ends a stream whose pieces pile up behind a busy reader', () => {
    const { line, stream } = setUp();
    stream.protocol = '/some/1';
    const send = (pieces: number): void => {
      for (let piece = 0; piece < pieces; piece += 1) {
        line.hear(0, 1);
      }
    };
    send(10_000);
    stream.pause();
    send(4096);
    stream.resume();
    send(1);
    stream.pause();
    send(4096);
    expect(stream.status).toBe('open');
    send(1);
    expect([stream.status, line.status]).toEqual(['aborted', 'open']);
  });

  it('ends a connection with the header of a frame that exceeds every window', () => {
    const { line, stream } = setUp();
    line.hear(0, 0, maxFrameBytes + 1);
    expect([stream.status, line.status]).toEqual(['aborted', 'aborted']);
  });
});
