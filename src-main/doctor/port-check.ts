/** Whether a program answers at a port of this machine. */
import { connect } from 'node:net';

/** A program on the same machine accepts at once. In milliseconds. */
const answersWithinMs = 2000;

export function isPortOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: answersWithinMs });
    const end = (isOpen: boolean) => (): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', end(true)).once('timeout', end(false)).once('error', end(false));
  });
}
