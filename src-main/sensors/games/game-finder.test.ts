import { expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/machine/sensor-clock.ts';
import { known, unknown } from '../reading.ts';
import { GameFinder } from './game-finder.ts';

const running = known([
  { pid: 5, paths: ['/games/Hades/Hades'] },
  { pid: 6, paths: ['/opt/blender/blender'] },
]);
const hades = { name: 'Hades', foundBy: 'launcher folder' };
const blender = { name: 'blender', foundBy: 'exclusive apps' };

it('finds anew in the same list when the owner’s programs, our processes or the folders are others', async () => {
  let exclusiveApps: readonly string[] = [];
  let ours: ReadonlySet<number> = new Set();
  let folders = [{ path: '/games', game: null }];
  const clock = new ManualClock();
  const finder = new GameFinder({
    folders: () => Promise.resolve(folders),
    exclusiveApps: () => exclusiveApps,
    own: () => ({ pids: ours, gpuPids: new Set() }),
    clock,
  });
  expect(await finder.find(running)).toEqual(known([hades]));
  exclusiveApps = ['blender'];
  expect(await finder.find(running)).toEqual(known([hades, blender]));
  ours = new Set([5]);
  expect(await finder.find(running)).toEqual(known([blender]));
  ours = new Set();
  folders = [];
  await clock.pass(600_001);
  expect(await finder.find(running)).toEqual(known([blender]));
  const untold = unknown({ code: 'untold', fact: 'processes' });
  expect(await finder.find(untold)).toEqual(untold);
});
