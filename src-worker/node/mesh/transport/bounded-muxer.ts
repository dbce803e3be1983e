/**
 * yamux with bounds for the memory that strangers can make it use, on every connection and every incoming stream. yamux
 * itself bounds windows alone.
 */
import type { MessageStream, StreamMuxerFactory } from '@libp2p/interface';
import { yamux, type YamuxMuxerInit } from '@libp2p/yamux';
import { AppError } from '../../../../src-shared/errors.ts';
import { MuxerWatch } from './muxer-watch.ts';

/** Most bytes before a protocol is agreed on: names of protocols, and a first message of a peer that does not wait. */
const maxBeforeAgreement = 16 * 1024;

/** Most pieces that wait for a busy reader: each takes about 150 bytes beside its own. */
const maxWaitingPieces = 4096;

type Muxer = ReturnType<ReturnType<ReturnType<typeof yamux>>['createStreamMuxer']>;
type InboundStream = Parameters<Muxer['onRemoteStream']>[0];

export function boundedYamux(
  init: YamuxMuxerInit,
  maxFrameBytes: number,
): () => StreamMuxerFactory<Muxer> {
  const makeFactory = yamux(init);
  return () => {
    const factory = makeFactory();
    const create = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = (connection) =>
      bounded(create(connection), connection, maxFrameBytes);
    return factory;
  };
}

function bounded(muxer: Muxer, connection: MessageStream, maxFrameBytes: number): Muxer {
  const watch = new MuxerWatch(maxFrameBytes);
  const onData = muxer.onData.bind(muxer);
  // An exception from here ends the connection, as one from yamux itself does.
  muxer.onData = (data) => {
    const isStuck = connection.writableNeedsDrain;
    for (const chunk of data instanceof Uint8Array ? [data] : data) {
      watch.inspect(chunk, isStuck);
    }
    onData(data);
  };
  const onRemoteStream = muxer.onRemoteStream.bind(muxer);
  muxer.onRemoteStream = (stream) => {
    bound(stream);
    onRemoteStream(stream);
  };
  return muxer;
}

function bound(stream: InboundStream): void {
  const onData = stream.onData.bind(stream);
  let early = 0;
  let waiting = 0;
  stream.onData = (data) => {
    early += stream.protocol === '' ? data.byteLength : 0;
    waiting = stream.readStatus === 'paused' ? waiting + 1 : 0;
    if (early > maxBeforeAgreement) {
      stream.abort(new AppError('protocol-violation', 'A peer agrees on no protocol'));
    } else if (waiting > maxWaitingPieces) {
      stream.abort(new AppError('protocol-violation', 'A peer sends in tiny pieces'));
    } else {
      onData(data);
    }
  };
}
