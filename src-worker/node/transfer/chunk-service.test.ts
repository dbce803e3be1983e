import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import type { Channel, ProtocolHandler } from '../mesh/channels/channel.ts';
import { Bitmap } from './bitmap.ts';
import { chunkKinds } from './chunk-messages.ts';
import { ChunkService } from './chunk-service.ts';
import { TokenBucket } from '../base/token-bucket.ts';

describe('a model that was opened for a peer', () => {
  it('is closed when the peer disconnects before it got the bitmap', async () => {
    const served: ProtocolHandler[] = [];
    let isOpen = false;
    const service = new ChunkService({
      opener: {
        peer: 'this',
        openChannel: () => Promise.reject(new Error('no peer should be dialled')),
        handle: async (_, handler) => {
          served.push(handler);
          return () => Promise.resolve();
        },
      },
      supply: {
        open: async () => {
          isOpen = true;
          const close = async (): Promise<void> => {
            isOpen = false;
          };
          return {
            map: undefined as never,
            have: async () => new Bitmap(8),
            leaves: async () => undefined,
            read: async () => undefined,
            close,
          };
        },
      },
      upload: new TokenBucket(null),
      mayServe: () => true,
      mayHave: () => true,
    });
    await service.start();
    let onFrame: Parameters<Channel['onFrame']>[0] | undefined;
    const channel: Channel = {
      peer: 'gone',
      send: () => Promise.reject(new AppError('peer-failed', 'The channel is closed')),
      onFrame: (listener) => {
        onFrame = listener;
      },
      onClose: () => {},
      allow: () => {},
      ignore: () => {},
      excuse: () => {},
      close: async () => {},
      abort: () => {},
      blame: () => {},
    };
    served[0]?.onChannel(channel);
    const body = Buffer.from(JSON.stringify({ manifestId: 'a'.repeat(64) }));
    await expect(onFrame?.({ kind: chunkKinds.open, body })).rejects.toThrow('is closed');
    expect(isOpen).toBe(false);
    service.interrupt();
  });
});
