import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DesktopApp } from '../support/window/desktop-app.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { expect, test } from './desktop-test.ts';

/** Chromium's sandbox refuses to run as root. */
const rootFlags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Starts the same app again, as a click on its icon or a link does; resolves to its exit code. */
async function startAgain(desktop: DesktopApp, ...flags: readonly string[]): Promise<unknown> {
  const { args, executable } = desktop.command(...flags);
  const child = spawn(executable, [...rootFlags, ...args], {
    env: desktop.environment,
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  return code;
}

function windows(desktop: DesktopApp): Promise<readonly boolean[]> {
  return desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((window) => window.isVisible()),
  );
}

test('at login it starts without a window, and opens one when it is started again', async ({
  desktop,
}) => {
  await desktop.agree();
  await desktop.stop();
  await desktop.startAgain('--tray', '--hidden');
  await desktop.until(({ state }) => state === 'running');
  expect(await windows(desktop)).toEqual([]);

  expect(await startAgain(desktop, '--hidden')).toBe(0);
  expect(await windows(desktop)).toEqual([]);
  expect(await startAgain(desktop)).toBe(0);
  await eventuallyTrue('the window is there', async () => (await windows(desktop))[0] === true);
});

test('before the owner has agreed, a hidden start shows the question', async ({ electron }) => {
  const desktop = await DesktopApp.start(electron, '--tray', '--hidden');
  try {
    const page = await desktop.page();
    await expect(page.getByRole('heading', { name: 'Before MindMesh starts' })).toBeVisible();
  } finally {
    await desktop.dispose();
  }
});

test('links open the view they name, and bad ones nothing', async ({ desktop }) => {
  await desktop.agree();
  const page = await desktop.page();
  await desktop.click('Settings');
  await expect(page).toHaveURL(/#\/settings$/);

  expect(await startAgain(desktop, 'mindmesh://evil/chat')).toBe(0);
  await expect(page).toHaveURL(/#\/settings$/);
  expect(await startAgain(desktop, 'mindmesh://chat')).toBe(0);
  await expect(page).toHaveURL(/#\/chat$/);

  expect(await startAgain(desktop, 'mindmesh://join/abcdefgh')).toBe(0);
  await expect(page.getByRole('textbox', { name: 'Invite link' })).toHaveValue(
    'mindmesh://join/abcdefgh',
  );
});

/** Answers the system's dialogs by the names of their buttons; returns the questions so far. */
async function answerDialogs(
  desktop: DesktopApp,
  ...answers: readonly string[]
): Promise<() => Promise<readonly string[]>> {
  await desktop.app.evaluate(({ dialog }, wanted) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    const answer = async (...parameters: readonly unknown[]): Promise<{ response: number }> => {
      const { detail, buttons } = parameters.at(-1) as { detail: string; buttons: string[] };
      const response = buttons.indexOf(wanted[asked.length] ?? '');
      asked.push(detail);
      return { response };
    };
    Object.assign(dialog, { showMessageBox: answer });
  }, answers);
  return () =>
    desktop.app.evaluate(() => (globalThis as unknown as { asked: readonly string[] }).asked);
}

test('a model file that is opened with the app is added when its owner says so', async ({
  desktop,
}) => {
  await desktop.agree();
  const asked = await answerDialogs(desktop, 'Do not add', 'Add');
  const refused = join(desktop.folder, 'refused.gguf');
  const file = join(desktop.folder, 'another.gguf');
  await writeRandomModel(refused);
  await writeRandomModel(file, { name: 'Another', seed: 2 });
  for (const path of [refused, file]) {
    expect(await startAgain(desktop, path)).toBe(0);
  }
  await desktop.until(({ node }) => node?.models.some(({ path }) => path === file) === true);
  const { node } = await desktop.snapshot();
  expect(node?.models.map(({ path }) => path)).not.toContain(refused);
  const questions = await asked();
  expect(questions.map((question) => question.split('\n')[0])).toEqual([refused, file]);
  expect(questions[0]).toContain('Nobody else sees the model');
});

test('a model file that is opened before the owner has agreed is not asked about', async ({
  electron,
}) => {
  const desktop = await DesktopApp.start(electron, '--tray');
  try {
    const asked = await answerDialogs(desktop, 'Add');
    const file = join(desktop.folder, 'early.gguf');
    await writeRandomModel(file, { name: 'Early' });
    expect(await startAgain(desktop, file)).toBe(0);
    await desktop.agree();
    const later = join(desktop.folder, 'later.gguf');
    await writeRandomModel(later, { name: 'Later', seed: 2 });
    expect(await startAgain(desktop, later)).toBe(0);
    await desktop.until(({ node }) => node?.models.some(({ path }) => path === later) === true);
    expect((await asked()).map((question) => question.split('\n')[0])).toEqual([later]);
  } finally {
    await desktop.dispose();
  }
});

test('without a tray the window stays, and closing it ends the app', async ({ electron }) => {
  const desktop = await DesktopApp.start(electron, '--no-tray');
  try {
    await desktop.agree();
    const page = await desktop.page();
    await expect(page.getByRole('textbox', { name: 'Your question' })).toBeVisible();
    await expect(page.getByText('Closing this window ends MindMesh')).toBeVisible();
    await desktop.processes();
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await desktop.ended();
    await desktop.nothingLeft();
  } finally {
    await desktop.dispose();
  }
});

test('start at login is written and taken back', async ({ desktop }) => {
  test.skip(process.platform !== 'linux', 'Other systems keep a list of their own.');
  const file = join(desktop.configFolder, 'autostart', 'mindmesh.desktop');
  await desktop.agree();
  expect(existsSync(file)).toBe(false);
  await desktop.quieten({ startAtLogin: true });
  await eventuallyTrue('the file is there', () => existsSync(file));
  const text = await readFile(file, 'utf8');
  expect(text).toContain('"--hidden"');
  expect(text).toContain(`"--data" "${desktop.dataFolder}"`);
  await desktop.quieten({ startAtLogin: false });
  await eventuallyTrue('the file is gone', () => !existsSync(file));
});

test('a signal to end is a clean end', async ({ desktop }) => {
  await desktop.work();
  await desktop.processes();
  process.kill(desktop.pid, 'SIGTERM');
  await desktop.ended();
  await desktop.nothingLeft();
});

test('an app that is killed takes all its processes along', async ({ desktop }) => {
  await desktop.work();
  expect((await desktop.processes()).length).toBeGreaterThan(3);
  process.kill(desktop.pid, 'SIGKILL');
  await desktop.ended();
  await desktop.nothingLeft();
});

test('sleep releases the machine, and waking takes it up again', async ({ desktop }) => {
  await desktop.work();
  await desktop.app.evaluate(({ powerMonitor }) => void powerMonitor.emit('suspend'));
  await desktop.until(
    ({ duty, node }) =>
      duty.state !== 'serving' && (node?.shards ?? []).every(({ pid }) => pid === null),
  );
  await desktop.app.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'));
  await desktop.until(({ duty }) => duty.state === 'serving');
});

test('it says in a sentence why it cannot start', async ({ desktop }) => {
  const notAFolder = join(desktop.dataFolder, 'api-key');
  await expectRefusal(desktop, notAFolder, ['--data', notAFolder], desktop.environment);
});

test('it says so also where the home folder cannot be used', async ({ desktop }) => {
  test.skip(process.platform !== 'linux', 'the folder lies below HOME on Linux alone');
  const { XDG_DATA_HOME: _data, XDG_CONFIG_HOME: _config, ...environment } = desktop.environment;
  const home = '/proc/nobody';
  const folder = join(home, '.local/share/mindmesh');
  await expectRefusal(desktop, folder, [], { ...environment, HOME: home });
});

async function expectRefusal(
  desktop: DesktopApp,
  folder: string,
  options: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { executable } = desktop.command();
  // The app gets a temporary folder of its own, so that the test also removes what a killed app leaves there.
  const child = spawn(executable, [...rootFlags, ...options], {
    env: { ...env, TMPDIR: desktop.folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  try {
    let printed = '';
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
    await eventuallyTrue('the sentence is printed', () =>
      printed.includes(`The data folder ${folder} cannot be used`),
    );
  } finally {
    // The app shows the message until the user closes it.
    child.kill('SIGKILL');
    await exited;
  }
}
