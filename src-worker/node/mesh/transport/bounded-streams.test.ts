import type { Connection, Stream, StreamHandler } from '@libp2p/interface';
import { describe, expect, it } from 'vitest';
import { boundedStreams } from './bounded-streams.ts';

class TalkStream extends EventTarget {
  status = 'open';
  readonly protocol = '/small/1';
  abort(): void {
    this.status = 'aborted';
  }
  hear(bytes: number): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: Buffer.alloc(bytes) }));
  }
}

describe('small talk', () => {
  it('keeps a stream open while its messages are small, and aborts it when a peer sends too much', async () => {
    const clock = { now: 0 };
    const handlers: StreamHandler[] = [];
    const registrar = {
      handle: async (_: string, handler: StreamHandler) => void handlers.push(handler),
    };
    const heard: Stream[] = [];
    const service = boundedStreams(
      (components: { readonly registrar: typeof registrar }) =>
        components.registrar.handle('/small/1', (stream) => void heard.push(stream)),
      () => clock.now,
    );
    await service({ registrar });
    const stream = new TalkStream();
    void handlers[0]?.(stream as unknown as Stream, {} as Connection);
    expect(heard).toEqual([stream]);
    stream.hear(96 * 1024);
    expect(stream.status).toBe('open');
    for (let second = 1; second < 100; second += 1) {
      clock.now = second * 1000;
      stream.hear(16 * 1024);
    }
    expect(stream.status).toBe('open');
    stream.hear(1);
    expect(stream.status).toBe('aborted');
  });
});
