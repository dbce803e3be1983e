/** What the command line sends to a real terminal when models, peers and files contain text that would control it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readAll } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { appFiles } from '../../src-main/base/app-files.ts';
import { startDashboardServer } from '../../src-main/control/dashboard-server.ts';
import type { Host } from '../../src-main/host/host.ts';
import { mindmesh } from '../support/host/host-command-line.ts';
import { standInHost } from '../support/host/host-stand-in.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

/**
 * Text that sets the title, writes to the clipboard, clears the screen (in both forms), turns its direction, rings
 * and deletes.
 */
const hostile =
  '\u001b]0;owned\u0007\u001b]52;c;b3duZWQ=\u001b\\\u001b[2J\u009b31m\u202eevil\u0008\u007f!';

/** Control characters, without the terminal's own line ends. */
const controls = /(?!\r\n|[\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

async function runningHost(): Promise<{ readonly host: Host; readonly folder: string }> {
  const folder = await temporaryFolder();
  const host = await standInHost({ dataFolder: folder });
  const server = await startDashboardServer(host, { port: 0, pages: await temporaryFolder() });
  onTestFinished(() => server.close());
  await host.ready;
  await host.announce(server.control);
  return { host, folder };
}

/** Runs `mindmesh` in a terminal, types into it, and returns what the terminal received. */
async function inTerminal(args: readonly string[], typed = ''): Promise<string> {
  const quoted = [process.execPath, appFiles().commandLine, ...args].map(
    (argument) => `'${argument.replaceAll("'", "'\\''")}'`,
  );
  const child = spawn('script', ['-qec', quoted.join(' '), '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.end(typed);
  const [sent] = await Promise.all([readAll(child.stdout), once(child, 'exit')]);
  return sent.replaceAll('\r\n', '\n');
}

describe.skipIf(process.platform !== 'linux')('a terminal', () => {
  it('is sent no control character of an answer, of a list or of an error', async () => {
    const { host, folder } = await runningHost();
    await host.call('changeSettings', { peers: [`/ip4/10.0.0.1/tcp/1/${hostile}`] }).catch(() => {
      // A later version may refuse the address; the list of models shows the same text.
    });
    await host.call('importModel', { path: `/models/${hostile}\nAll is well.gguf` });
    for (const command of [
      ['chat', `say ${hostile}`],
      ['chat', '--json', `say ${hostile}`],
      ['models', 'list'],
      ['models', 'list', '--json'],
      ['models', 'import', `${hostile}.bin`],
      ['models', 'remove', hostile],
      ['peers'],
      ['status'],
      [hostile],
    ]) {
      const sent = await inTerminal([...command, '--data', folder]);
      expect({ command, control: controls.exec(sent)?.[0], isEmpty: sent === '' }).toEqual({
        command,
        control: undefined,
        isEmpty: false,
      });
    }
    const list = await inTerminal(['models', 'list', '--data', folder]);
    expect(list).toContain('evil');
    expect(list).not.toMatch(/^All is well/m);
  });

  it('is sent none in a conversation either', async () => {
    const { folder } = await runningHost();
    // A terminal passes on typed text as it is, except for the keys that edit the line.
    const sent = await inTerminal(['chat', '--data', folder], 'say \u202e\u009b31m evil\n\u0004');
    expect(sent).toContain('evil');
    expect(sent.split('say').at(-1)).not.toMatch(/[\u202e\u009b]/);
  });
});

describe('a program that reads from a pipe', () => {
  it('gets the very text of the answer', async () => {
    const { folder } = await runningHost();
    const { out } = await mindmesh(['chat', '--data', folder], `say ${hostile}`);
    expect(out).toBe(`say ${hostile} \n`);
    const { out: json } = await mindmesh(['chat', '--json', '--data', folder], `say ${hostile}`);
    expect(JSON.parse(json)).toMatchObject({ answer: `say ${hostile} ` });
    expect(json).not.toMatch(controls);
  });
});
