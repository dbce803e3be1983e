/**
 * The switches in Electron's executable, by which an installed app cannot be used to run foreign code under its name.
 * Each is read, and what it forbids is tried, beside the same attempt on an executable that still allows it. Without
 * a screen: Electron runs the app's first lines and then ends by itself.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Finished, finished } from '../support/host/host-command-line.ts';
import { packagedApp } from '../support/window/packaged-app.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const app = await packagedApp();

/** The fuse wire has the characters 0 and 1. */
const off = '0'.charCodeAt(0);
const on = '1'.charCodeAt(0);

/** Runs an Electron to its end, which comes soon without a screen. */
async function runWithoutScreen(
  executable: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Finished> {
  const home = await temporaryFolder();
  const { DISPLAY: _x11, WAYLAND_DISPLAY: _wayland, ...rest } = process.env;
  // Node.js would take a flag before its script for its own.
  const child = spawn(executable, [...args, '--no-sandbox'], {
    cwd: home,
    env: { ...rest, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  return finished(child);
}

/** The app came as far as an app comes without a screen, and failed for no other reason. */
function expectStarted({ err }: Finished): void {
  expect(err).toContain('Missing X server');
}

/** A script that leaves a file behind when it runs. */
async function tellTale(): Promise<{ script: string; wasRun: () => boolean }> {
  const folder = await temporaryFolder();
  const script = join(folder, 'tell-tale.cjs');
  const trace = join(folder, 'was-run');
  await writeFile(script, `require('node:fs').writeFileSync(${JSON.stringify(trace)}, '');`);
  return { script, wasRun: () => existsSync(trace) };
}

/** An app without any code. */
async function emptyApp(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'package.json'), '{"main":"main.cjs"}');
  await writeFile(join(folder, 'main.cjs'), '');
  return folder;
}

describe.skipIf(app === undefined)('fuses (skipped without an Electron)', () => {
  const executable = app?.executable ?? '';
  const unguarded = app?.runtime.executable ?? '';

  it('are set as electron-builder.yml says', async () => {
    expect(await getCurrentFuseWire(executable)).toMatchObject({
      [FuseV1Options.RunAsNode]: off,
      [FuseV1Options.EnableCookieEncryption]: on,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      // This fuse only matters on macOS and Windows.
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    });
  });

  it('are the same in the executable for tests, but for the debugger', async () => {
    expect(await getCurrentFuseWire(app?.executableForTests ?? '')).toEqual({
      ...(await getCurrentFuseWire(executable)),
      [FuseV1Options.EnableNodeCliInspectArguments]: on,
    });
  });

  it('keep the app from being used as a Node.js', async () => {
    const asNode = { ELECTRON_RUN_AS_NODE: '1' };
    const allowed = await tellTale();
    await runWithoutScreen(unguarded, [allowed.script], asNode);
    const forbidden = await tellTale();
    expectStarted(await runWithoutScreen(executable, [forbidden.script], asNode));
    expect([allowed.wasRun(), forbidden.wasRun()]).toEqual([true, false]);
  });

  it('keep the environment from loading code into the app', async () => {
    const allowed = await tellTale();
    const inAllowed = { NODE_OPTIONS: `--require ${allowed.script}` };
    await runWithoutScreen(unguarded, [await emptyApp()], inAllowed);
    const forbidden = await tellTale();
    const inForbidden = { NODE_OPTIONS: `--require ${forbidden.script}` };
    expectStarted(await runWithoutScreen(executable, [], inForbidden));
    expect([allowed.wasRun(), forbidden.wasRun()]).toEqual([true, false]);
  });

  it('keep debuggers away', async () => {
    const allowed = await runWithoutScreen(app?.executableForTests ?? '', ['--inspect=0']);
    expect(allowed.err).toContain('Debugger listening on');
    for (const flag of ['--inspect=0', '--inspect-brk=0']) {
      const forbidden = await runWithoutScreen(executable, [flag]);
      expectStarted(forbidden);
      expect(forbidden.err).not.toContain('Debugger listening');
    }
  });

  it('keep the app from loading a folder in place of its archive', async () => {
    const folder = await mkdtemp(join(dirname(app?.folder ?? ''), 'without-archive-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cp(app?.folder ?? '', folder, {
      recursive: true,
      filter: (path) => !path.includes('/resources/') && !path.endsWith('-for-tests'),
    });
    const allowing = join(folder, 'allowing');
    await copyFile(executable, allowing);
    await flipFuses(allowing, {
      version: FuseVersion.V1,
      [FuseV1Options.OnlyLoadAppFromAsar]: false,
    });
    const foreign = join(folder, 'resources', 'app');
    await mkdir(foreign, { recursive: true });
    await writeFile(join(foreign, 'package.json'), '{"main":"main.cjs"}');
    await writeFile(join(foreign, 'main.cjs'), "process.stdout.write('The foreign app runs');");
    expect((await runWithoutScreen(allowing, [])).out).toContain('The foreign app runs');
    expect((await runWithoutScreen(join(folder, 'mindmesh'), [])).out).not.toContain('foreign');
  });
});
