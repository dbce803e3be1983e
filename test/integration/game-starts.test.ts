/** Games that start while engines are loaded: a real program in a launcher's folder, and what Windows' script prints of one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import type { SourceOptions } from '../../src-main/sensors/fact-sources.ts';
import { linuxSources } from '../../src-main/sensors/linux-sources.ts';
import { known } from '../../src-main/sensors/reading.ts';
import { type FactsWatch, watchFacts } from '../../src-main/sensors/watch-facts.ts';
import { windowsSources } from '../../src-main/sensors/windows-sources.ts';
import { AlertFile } from '../../src-main/sensors/windows/alert-file.ts';
import { WindowsWatch } from '../../src-main/sensors/windows/watch.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { fakeTool } from '../support/machine/fake-tool.ts';
import { InstalledGame } from '../support/machine/installed-game.ts';
import { ManualClock } from '../support/machine/sensor-clock.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const gpuPids = new Set<number>();

function optionsAt(home: string): SourceOptions {
  return {
    own: () => ({ pids: new Set(), gpuPids }),
    exclusiveApps: () => [],
    nodeExecutable: process.execPath,
    nvidiaCommand: '/nonexistent/nvidia-smi',
    runCommand: (command) => Promise.reject(new Error(`no ${command}`)),
    home,
    environment: {},
  };
}

/** Resolves once nothing but these games is seen to run. */
async function untilSeen(watch: FactsWatch, ...games: readonly string[]): Promise<void> {
  await eventuallyTrue(`the games ${games.join(', ')}`, () =>
    isDeepStrictEqual(
      watch.facts.games,
      known(games.map((name) => ({ name, foundBy: 'launcher folder' }))),
    ),
  );
}

it.skipIf(process.platform !== 'linux')(
  'a program in a launcher’s folder is a game while it runs, also where a script becomes it',
  async () => {
    gpuPids.add(process.pid);
    onTestFinished(() => gpuPids.clear());
    const game = await InstalledGame.install(await temporaryFolder(), 'Hades');
    onTestFinished(() => game.stop());
    const options = optionsAt(game.home);
    const watch = watchFacts({ ...options, sources: linuxSources(options), onChange: () => {} });
    watch.start();
    onTestFinished(() => watch.stop());
    await untilSeen(watch);

    game.start();
    await untilSeen(watch, 'Hades');
    await game.stop();
    await untilSeen(watch);
    game.startAsScript().goOn();
    await untilSeen(watch, 'Hades');
    expect(watch.facts.games).toMatchObject({ value: [{ foundBy: 'launcher folder' }] });
  },
);

it.skipIf(process.platform === 'win32')(
  'the script for Windows is told by a file that engines are loaded, and a program that it then sees is a game at once',
  async () => {
    onTestFinished(() => gpuPids.clear());
    // What the script prints, with a game that starts after the lists.
    const tool = await fakeTool(String.raw`
printf 'begin\nend\tadapters\nfolder\tBattle.net\tC:\\Diablo\tDiablo IV\nend\tfolders\n'
printf 'process\t4\tSystem\nend\tprocesses\n'
while ! [ -e "$here/alert" ]; do sleep 0.05; done
printf 'start\t4120\tC:\\Diablo\\Diablo IV.exe\n'
while :; do printf 'idle\t5\nlocked\tFalse\npower\tOnline\nend\towner\n'; sleep 0.1; done`);
    const alert = new AlertFile(join(tool.folder, 'alert'));
    const script = new WindowsWatch({
      hasEngines: () => gpuPids.size > 0,
      alert,
      command: tool.command,
      args: [],
      silentWithinMs: 20_000,
    });
    // On its clock, nothing is polled a second time.
    const options = { ...optionsAt(tool.folder), clock: new ManualClock() };
    const sources = windowsSources(options, script);
    const watch = watchFacts({ ...options, sources, onChange: () => {} });
    watch.start();
    onTestFinished(() => watch.stop());
    await untilSeen(watch);
    watch.retime();
    expect(existsSync(alert.path)).toBe(false);
    gpuPids.add(8);
    watch.retime();
    await untilSeen(watch, 'Diablo IV');
    await watch.stop();
    expect(existsSync(alert.path)).toBe(false);
  },
);
