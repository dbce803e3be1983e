import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepAwake, type KeepAwake } from '../../src-main/host/keep-awake.ts';
import { type FakeTool, fakeTool } from '../support/machine/fake-tool.ts';
import { eventuallyTrue, isAlive } from '../support/host/host-processes.ts';

/** A tool that prevents sleep as systemd-inhibit does: until its stdin ends. */
const inhibitor = 'exec cat > /dev/null';

function started(command: string): { lines: string[]; awake: KeepAwake } {
  const lines: string[] = [];
  const log = { write: (_level: string, _source: string, message: string) => lines.push(message) };
  const awake = keepAwake({ log, tool: { command, args: [] } });
  onTestFinished(() => awake.stop());
  return { lines, awake };
}

async function starts(tool: FakeTool, count: number): Promise<void> {
  await eventuallyTrue(`${count} starts`, async () => (await tool.pids()).length === count);
}

async function allGone(tool: FakeTool): Promise<void> {
  await eventuallyTrue('all gone', async () => !(await tool.pids()).some(isAlive));
}

describe.skipIf(process.platform === 'win32')('keeping the computer awake', () => {
  it('runs the tool while it is on, once however often that is said', async () => {
    const tool = await fakeTool(inhibitor);
    const { awake, lines } = started(tool.command);
    awake.set(false);
    awake.set(true);
    awake.set(true);
    await starts(tool, 1);
    awake.set(false);
    await allGone(tool);
    awake.set(true);
    await starts(tool, 2);
    await awake.stop();
    awake.set(true);
    expect((await tool.pids()).filter(isAlive)).toEqual([]);
    await starts(tool, 2);
    expect(lines).toEqual([]);
  });

  it('kills a tool that does not want to end', async () => {
    const tool = await fakeTool(`trap '' TERM\ntouch "$here/ready"\nwhile :; do sleep 0.05; done`);
    const { awake } = started(tool.command);
    awake.set(true);
    await eventuallyTrue('deaf to signals', () => existsSync(join(tool.folder, 'ready')));
    await awake.stop();
    expect((await tool.pids()).filter(isAlive)).toEqual([]);
  });

  it('says once that the tool is missing, and nothing else happens', async () => {
    const { awake, lines } = started('/nowhere/systemd-inhibit');
    awake.set(true);
    await eventuallyTrue('a line', () => lines.length > 0);
    awake.set(false);
    awake.set(true);
    await awake.stop();
    expect(lines).toEqual([
      'This computer is not kept awake while it serves: /nowhere/systemd-inhibit is not installed',
    ]);
  });

  it('says once that the tool failed, and tries again only when it is needed anew', async () => {
    const tool = await fakeTool('exit 3');
    const { awake, lines } = started(tool.command);
    awake.set(true);
    await eventuallyTrue('a line', () => lines.length > 0);
    awake.set(true);
    await starts(tool, 1);
    awake.set(false);
    awake.set(true);
    await starts(tool, 2);
    await awake.stop();
    expect(lines).toEqual([
      `This computer is not kept awake while it serves: ${tool.command} ended with code 3`,
    ]);
  });

  it('ends with a host that was killed', async () => {
    const tool = await fakeTool(inhibitor);
    const module = fileURLToPath(new URL('../../src-main/host/keep-awake.ts', import.meta.url));
    const script = `
      const { keepAwake } = await import(${JSON.stringify(module)});
      keepAwake({ log: { write() {} }, tool: { command: ${JSON.stringify(tool.command)}, args: [] } }).set(true);
      setInterval(() => {}, 1000);
    `;
    const host = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    await starts(tool, 1);
    host.kill('SIGKILL');
    await once(host, 'exit');
    await allGone(tool);
    expect(await tool.pids()).toHaveLength(1);
  });
});
