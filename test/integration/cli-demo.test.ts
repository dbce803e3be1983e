/** `npm run demo`, from build/, with its three nodes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { appFiles } from '../../src-main/base/app-files.ts';
import { finished } from '../support/host/host-command-line.ts';
import { eventually, eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import { hasSoftwareCard, useSoftwareCards } from '../support/engine/software-card.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

/** The demonstration, with its folders inside one of the test's, so that leftovers show. */
function startDemo(folder: string, ...flags: string[]): ChildProcess {
  const child = spawn(
    process.execPath,
    [join(dirname(appFiles().commandLine), 'demo', 'demo.js'), ...flags],
    { env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Process ids of the hosts with data folders below this folder. */
async function hostPids(folder: string): Promise<number[]> {
  const files = await readdir(folder, { recursive: true });
  const texts = await Promise.all(
    files
      .filter((file) => file.endsWith('host.json'))
      .map((file) => readFile(join(folder, file), 'utf8').catch(() => '{}')),
  );
  return texts.flatMap((text) => (JSON.parse(text) as { pid?: number }).pid ?? []);
}

it('answers over two peers, prints one line of JSON, and removes everything', async () => {
  const folder = await temporaryFolder();
  const { code, out } = await finished(startDemo(folder, '--json'));
  expect(code).toBe(0);
  expect(out.trim().split('\n')).toHaveLength(1);
  const told = JSON.parse(out) as { tokens: number; tokensPerSecond: number; route: object[] };
  expect(told).toMatchObject({
    answer: expect.stringContaining('MindMesh'),
    route: [
      { peer: expect.any(String), firstLayer: 0, hopMs: expect.any(Number) },
      { peer: expect.any(String), lastLayer: 5, hopMs: expect.any(Number) },
    ],
  });
  expect(told.tokens).toBeGreaterThan(5);
  expect(told.tokensPerSecond).toBeGreaterThan(0);
  expect(await readdir(folder)).toEqual([]);
});

it.skipIf(!hasSoftwareCard)('computes on the graphics card that it is told to', async () => {
  useSoftwareCards();
  const folder = await temporaryFolder();
  const { code, out } = await finished(startDemo(folder, '--json', '--backend', 'vulkan'));
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ backends: ['vulkan', 'vulkan'] });
});

it.each([
  ['another card than there is', ['--backend', 'metal'], /not on metal/],
  ['none that there could be', ['--backend', 'abacus'], /one of cpu, cuda, vulkan, metal/],
  ['an option that there is not', ['--fast'], /takes --backend NAME/],
])('refuses %s', async (_, flags, sentence) => {
  const folder = await temporaryFolder();
  const { code, err } = await finished(startDemo(folder, ...flags));
  expect(code).not.toBe(0);
  expect(err).toMatch(sentence);
  expect(await readdir(folder)).toEqual([]);
});

it.each(['SIGINT', 'SIGTERM'] as const)(
  'ends at %s in the middle, with nothing left running or lying about',
  async (signal) => {
    const folder = await temporaryFolder();
    const child = startDemo(folder);
    const end = finished(child);
    const pids = await eventually('two hosts', async () => {
      const found = await hostPids(folder);
      return found.length >= 2 ? found : undefined;
    });
    const since = performance.now();
    child.kill(signal);
    expect(await end).toMatchObject({ code: 130 });
    expect(performance.now() - since).toBeLessThan(10_000);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  },
);

it('leaves no process behind even when it is killed', async () => {
  const folder = await temporaryFolder();
  const child = startDemo(folder);
  const pids = await eventually('two hosts', async () => {
    const found = await hostPids(folder);
    return found.length >= 2 ? found : undefined;
  });
  child.kill('SIGKILL');
  await expect(
    eventuallyTrue('all hosts gone', () => !pids.some(isAlive)),
  ).resolves.toBeUndefined();
});
