/**
 * A relay for nodes that cannot be dialled, with limits of its own. libp2p's relay limits each connection to 128 KiB and two
 * minutes, far too little for hidden states, or not at all; and it reads as fast as one side sends, even if the other side
 * reads slowly. This relay therefore pauses the two streams of a relayed connection while too much is under way, and while
 * the connection or the whole relay exceeds its rate.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  circuitRelayServer,
  type CircuitRelayServerComponents,
  type CircuitRelayService,
} from '@libp2p/circuit-relay-v2';
import type { Connection, Stream, StreamHandler } from '@libp2p/interface';
import { AppError } from '../../../../src-shared/errors.ts';
import { RelayPace } from './relay-pace.ts';
import { throttleRelayed } from './relayed-streams.ts';

export type RelayLimits = {
  /** Most nodes that are reachable over this relay at once. */
  readonly reservations: number;
  /** Most relayed connections at once, in all and of one dialling peer. */
  readonly connections: number;
  readonly connectionsPerPeer: number;
  /** Most bytes a second, both directions together: of the whole relay, and of one relayed connection. */
  readonly bytesPerSecond: number;
  readonly bytesPerSecondPerConnection: number;
};

/** How long a reservation lasts unless it is renewed, in milliseconds. */
const reservationMs = 30 * 60_000;

/** Most streams of one peer: its requests under way, and its open connections over the relay. */
const maxHopStreams = 64;

export function boundedRelay(
  limits: RelayLimits,
): (components: CircuitRelayServerComponents) => CircuitRelayService {
  const makeRelay = circuitRelayServer({
    reservations: {
      applyDefaultLimit: false,
      maxReservations: limits.reservations,
      reservationTtl: reservationMs,
    },
    hopTimeout: 10_000,
    maxInboundHopStreams: maxHopStreams,
    maxOutboundStopStreams: limits.connections,
  });
  return (components) => {
    const traffic = new RelayTraffic(limits);
    const { registrar, connectionManager, metrics } = components;
    return makeRelay({
      registrar: withOther(registrar, {
        handle: (protocol, handler, options) =>
          registrar.handle(protocol, traffic.watch(handler), options),
      }),
      connectionManager: withOther(connectionManager, {
        getConnections: (peer) =>
          connectionManager.getConnections(peer).map((each) => traffic.watchOnward(each)),
      }),
      peerStore: components.peerStore,
      addressManager: components.addressManager,
      peerId: components.peerId,
      privateKey: components.privateKey,
      connectionGater: components.connectionGater,
      logger: components.logger,
      ...(metrics === undefined ? {} : { metrics }),
    });
  };
}

/** The same object with some methods replaced. */
function withOther<T extends object>(original: T, methods: Partial<T>): T {
  return Object.assign(Object.create(original) as T, methods);
}

type Request = { readonly dialler: string; readonly stream: Stream };

class RelayTraffic {
  readonly #limits: RelayLimits;
  readonly #pace: RelayPace;
  /** Number of relayed connections now, by the peer that dialled. */
  readonly #counts = new Map<string, number>();
  #count = 0;
  /** The request for which the relay opens its stream to the other peer. */
  readonly #request = new AsyncLocalStorage<Request>();

  constructor(limits: RelayLimits) {
    this.#limits = limits;
    this.#pace = new RelayPace(limits.bytesPerSecond, () => performance.now());
  }

  watch(handler: StreamHandler): StreamHandler {
    return (stream, connection) =>
      this.#request.run({ dialler: connection.remotePeer.toString(), stream }, () =>
        handler(stream, connection),
      );
  }

  watchOnward(connection: Connection): Connection {
    return withOther(connection, {
      newStream: async (protocols, options) => {
        const request = this.#request.getStore();
        const done = this.#begin(request?.dialler ?? '');
        try {
          const onward = await connection.newStream(protocols, options);
          onward.addEventListener('close', done, { once: true });
          if (request !== undefined) {
            this.#join(request.stream, onward);
          }
          return onward;
        } catch (error) {
          done();
          throw error;
        }
      },
    });
  }

  #join(one: Stream, other: Stream): void {
    const { bytesPerSecondPerConnection } = this.#limits;
    const own = new RelayPace(bytesPerSecondPerConnection, () => performance.now());
    const spend = (bytes: number): number => Math.max(own.spend(bytes), this.#pace.spend(bytes));
    throttleRelayed(one, other, spend);
  }

  /** Counts one more relayed connection; the returned function counts it off. */
  #begin(dialler: string): () => void {
    const count = this.#counts.get(dialler) ?? 0;
    if (this.#count >= this.#limits.connections || count >= this.#limits.connectionsPerPeer) {
      throw new AppError('over-capacity', 'This relay has as many connections as it may');
    }
    this.#count += 1;
    this.#counts.set(dialler, count + 1);
    let isOver = false;
    return () => {
      if (isOver) {
        return;
      }
      isOver = true;
      this.#count -= 1;
      const left = (this.#counts.get(dialler) ?? 1) - 1;
      if (left === 0) {
        this.#counts.delete(dialler);
      } else {
        this.#counts.set(dialler, left);
      }
    };
  }
}
