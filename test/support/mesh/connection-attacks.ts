/** Attacks below the protocols: on sockets, on the multiplexer, and on streams that nobody reads. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onStream, RawConnection, yamuxFlags, yamuxHeader, yamuxTypes } from './raw-connection.ts';

const megabyte = Buffer.alloc(1024 * 1024);

/**
 * Sends one frame that claims 4 GiB, and up to 300 MiB of it. Returns how many bytes the node took before it ended
 * the connection.
 */
export async function endlessFrame(address: string): Promise<number> {
  const connection = await RawConnection.open(address);
  await connection.send(yamuxHeader(yamuxTypes.data, yamuxFlags.syn, 1, 0xffff_ffff));
  let sent = 0;
  while (sent < 300 && connection.isOpen) {
    await connection.send(megabyte);
    sent += 1;
  }
  await connection.close();
  return sent;
}

/**
 * Sends two million requests at the multiplexer's own level, and reads no reply. Returns whether the node ended the
 * connection.
 */
export async function unreadReplies(address: string): Promise<boolean> {
  const connection = await RawConnection.open(address);
  connection.stopReading();
  const ping = yamuxHeader(yamuxTypes.ping, yamuxFlags.syn, 0, 1);
  const pings = Buffer.concat(Array.from({ length: 10_000 }, () => ping));
  for (let sent = 0; sent < 200 && connection.isOpen; sent += 1) {
    await connection.send(pings);
  }
  await connection.settled();
  const isEnded = !connection.isOpen;
  await connection.close();
  return isEnded;
}

/**
 * Sends up to 100 MB on one stream of a protocol whose replies are not read, as fast as the node opens the window.
 * Returns how many bytes it took before it ended the stream.
 */
export async function overfullStream(address: string, protocol: string): Promise<number> {
  const connection = await RawConnection.open(address);
  const [id = 0] = await connection.streams(protocol, 1);
  const piece = onStream(id, megabyte.subarray(0, 50_000));
  let sent = 0;
  while (sent < 100_000_000 && connection.isOpen && !connection.ended.has(id)) {
    await connection.send(piece);
    await connection.settled();
    sent += 50_000;
  }
  await connection.close();
  return sent;
}

/** Opens thousands of streams on one connection and abandons them, half of them without sending anything. */
export async function streamFlood(address: string, protocol: string, count: number): Promise<void> {
  const connection = await RawConnection.open(address);
  for (let opened = 0; opened < count && connection.isOpen; opened += 2) {
    const spoken = connection.stream(protocol);
    const silent = connection.stream(protocol);
    const silence = yamuxHeader(yamuxTypes.window, yamuxFlags.syn, silent.id, 0);
    await connection.send(spoken.bytes, silence);
  }
  await connection.settled();
  await connection.close();
}

/** Opens sockets from these addresses of this machine; some send nothing, some one byte, some half a greeting. */
export async function socketFlood(
  address: string,
  count: number,
  from: readonly string[],
): Promise<Socket[]> {
  const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1]);
  const openings = [Buffer.alloc(0), Buffer.of(19), Buffer.from('\x13/multistream/1.0')];
  const sockets = Array.from({ length: count }, (_, index) => {
    const localAddress = from[index % from.length] ?? '127.0.0.1';
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    socket.on('error', () => {});
    socket.once('connect', () => socket.write(openings[index % openings.length] ?? ''));
    socket.resume();
    return socket;
  });
  await Promise.allSettled(
    sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])),
  );
  return sockets;
}
