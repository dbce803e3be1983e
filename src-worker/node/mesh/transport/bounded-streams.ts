/**
 * Bounds the bytes on streams of libp2p's own protocols, which need few. Their handlers (ping 3.1, identify 4.1, kad-dht
 * 16.4) buffer all that arrives and open the window for more at once: without this bound, each stream could take gigabytes
 * of memory within its ten seconds.
 */
import type { StreamHandler } from '@libp2p/interface';
import { AppError } from '../../../../src-shared/errors.ts';

/** Most bytes in a burst, and a second after it: the largest message, of identify, has 8 KiB, and ten may come at once. */
const burstBytes = 96 * 1024;
const bytesPerSecond = 16 * 1024;

type Components = {
  readonly registrar: {
    handle(protocol: string, handler: StreamHandler, options?: object): Promise<void>;
  };
};

/** The service, with streams that are aborted when a peer sends too much on them. */
export function boundedStreams<C extends Components, Service>(
  make: (components: C) => Service,
  now: () => number = () => performance.now(),
): (components: C) => Service {
  return (components) => {
    const { registrar } = components;
    const watched = Object.assign(Object.create(registrar) as typeof registrar, {
      handle: (protocol: string, handler: StreamHandler, options?: object) =>
        registrar.handle(protocol, watch(handler, now), options),
    });
    return make(Object.create(components, { registrar: { value: watched } }) as C);
  };
}

function watch(handler: StreamHandler, now: () => number): StreamHandler {
  return (stream, connection) => {
    const begun = now();
    let bytes = 0;
    stream.addEventListener('message', ({ data }) => {
      bytes += data.byteLength;
      const allowed = burstBytes + ((now() - begun) / 1000) * bytesPerSecond;
      if (bytes > allowed && stream.status === 'open') {
        stream.abort(
          new AppError('protocol-violation', `A peer sends too much on ${stream.protocol}`),
        );
      }
    });
    // The handler has to listen before this turn of the event loop ends, or it would miss bytes that are there already.
    return handler(stream, connection);
  };
}
