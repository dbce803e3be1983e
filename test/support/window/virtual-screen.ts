/** A virtual screen for programs that need one, on machines without a screen. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export type Screen = {
  /** The value for `DISPLAY`; undefined where the system has a screen of its own. */
  readonly display: string | undefined;
  close(): Promise<void>;
};

const ownScreen: Screen = { display: undefined, close: () => Promise.resolve() };

/** @throws Error when there is no screen and no Xvfb */
export async function openScreen(): Promise<Screen> {
  if (process.platform !== 'linux' || process.env['DISPLAY'] !== undefined) {
    return ownScreen;
  }
  // Xvfb chooses a free number, and writes it to the descriptor when it is ready.
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const exited = once(server, 'exit').catch(() => {});
  const [number] = await Promise.race([
    once(server.stdio[3] as Readable, 'data'),
    exited.then(() => Promise.reject(new Error('There is no screen, and Xvfb does not start.'))),
  ]);
  return {
    display: `:${String(number).trim()}`,
    close: async () => {
      server.kill();
      await exited;
    },
  };
}
