/** A punched UDP path as libp2p sees a connection, before libp2p encrypts it. */
import { once } from 'node:events';
import type { AbortOptions, MessageStreamDirection, Logger } from '@libp2p/interface';
import { AbstractMultiaddrConnection } from '@libp2p/utils';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { FramedStream } from './framed-stream.ts';

/**
 * Most bytes that wait while libp2p takes none: the native stream cannot be made to wait, so a sender that goes on nevertheless is cut
 * off. Encryption reads as fast as the bytes come, so an honest peer is far below it.
 */
const maxReadBufferLength = 16 * 1024 * 1024;

export type UdxConnectionInit = {
  readonly stream: FramedStream;
  readonly direction: MessageStreamDirection;
  readonly remoteAddr: Multiaddr;
  readonly log: Logger;
};

export class UdxConnection extends AbstractMultiaddrConnection {
  readonly #stream: FramedStream;

  constructor({ stream, ...init }: UdxConnectionInit) {
    super({ ...init, maxReadBufferLength });
    this.#stream = stream;
    stream.on('data', (bytes) => this.onData(bytes));
    stream.on('drain', () => this.safeDispatchEvent('drain'));
    stream.on('end', () => {
      stream.end();
      this.onTransportClosed();
    });
    stream.on('error', (error) => this.abort(error));
    stream.on('close', () => this.onTransportClosed());
  }

  override sendData(
    data: Parameters<AbstractMultiaddrConnection['sendData']>[0],
  ): ReturnType<AbstractMultiaddrConnection['sendData']> {
    return { sentBytes: data.byteLength, canSendMore: this.#stream.write(data.subarray()) };
  }

  override async sendClose(options?: AbortOptions): Promise<void> {
    this.#stream.end();
    if (!this.#stream.destroying) {
      await once(this.#stream, 'close', options);
    }
  }

  override sendReset(): void {
    this.#stream.destroy();
  }

  // What comes meanwhile waits in libp2p's buffer, which is bounded.
  override sendPause(): void {}
  override sendResume(): void {}
}
