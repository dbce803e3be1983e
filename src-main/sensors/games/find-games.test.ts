import { expect, it } from 'vitest';
import type { RunningGame } from '../../../src-shared/duty.ts';
import { findGames, type GameFolder } from './find-games.ts';

const nobody: ReadonlySet<number> = new Set();
const folders: readonly GameFolder[] = [
  { path: '/home/ann/.local/share/Steam/steamapps/common', game: null },
  { path: 'D:\\SteamLibrary\\steamapps\\common', game: null },
  { path: 'C:\\Program Files\\Epic Games\\Fortnite', game: 'Fortnite' },
  { path: 'C:/Riot Games/Riot Client', game: 'Riot Client' },
  { path: '', game: null },
];

function found(path: string | readonly string[], apps: readonly string[] = []): RunningGame[] {
  const paths = typeof path === 'string' ? [path] : path;
  return findGames([{ pid: 5, paths }], folders, apps, nobody);
}

it.each([
  ['/home/ann/.local/share/Steam/steamapps/common/Factorio/bin/x64/factorio', 'Factorio'],
  [
    'D:\\SteamLibrary\\steamapps\\common\\Cyberpunk 2077\\bin\\x64\\Cyberpunk2077.exe',
    'Cyberpunk 2077',
  ],
  ['d:/steamlibrary/STEAMAPPS/common/Hades/x64/Hades.exe', 'Hades'],
  [
    'Z:\\home\\ann\\.local\\share\\Steam\\steamapps\\common\\ELDEN RING\\Game\\eldenring.exe',
    'ELDEN RING',
  ],
  ['/home/ann/.local/share/Steam/steamapps/common/Factorio/bin/x64/factorio (deleted)', 'Factorio'],
  [
    'C:\\Program Files\\Epic Games\\Fortnite\\FortniteGame\\Binaries\\Win64\\Fortnite.exe',
    'Fortnite',
  ],
  ['/media/old disk/SteamLibrary/steamapps/common/Portal 2/portal2_linux', 'Portal 2'],
  ['F:\\Steam\\steamapps\\common\\Hades\\x64\\Hades.exe', 'Hades'],
])('finds the game that %s belongs to', (path, name) => {
  expect(found(path)).toEqual([{ name, foundBy: 'launcher folder' }]);
});

it.each([
  '/usr/bin/bash',
  '/home/ann/.local/share/Steam/ubuntu12_32/steam',
  '/home/ann/.local/share/Steam/steamapps/common/Proton 9.0 (Beta)/files/bin/wineserver',
  '/home/ann/.local/share/Steam/steamapps/common/SteamLinuxRuntime_sniper/pressure-vessel/bin/pv-adverb',
  '/home/ann/.local/share/Steam/steamapps/common/loose-file',
  '/home/ann/.local/share/Steam/steamapps/commonplace/Factorio/x',
  '/media/old disk/steamapps/common/Proton 9.0 (Beta)/files/bin/wineserver',
  '/media/old disk/steamapps/common/loose-file',
  'C:\\Program Files\\Epic Games\\FortniteTools\\x.exe',
  'C:\\Riot Games\\Riot Client\\RiotClientServices.exe',
  '',
  'x'.repeat(5000),
])('takes %s for no game', (path) => {
  expect(found(path)).toEqual([]);
});

it('finds a game inside Wine by the name it was called by', () => {
  const wine = '/home/ann/.local/share/Steam/steamapps/common/Proton 8.0/dist/bin/wine64-preloader';
  const game = 'Z:\\home\\ann\\.local\\share\\Steam\\steamapps\\common\\Portal 2\\portal2.exe';
  expect(found([wine, game])).toEqual([{ name: 'Portal 2', foundBy: 'launcher folder' }]);
});

it.each([
  ['blender', '/opt/blender-4.2/blender', 'blender'],
  ['Blender.exe', 'C:\\Program Files\\Blender\\blender.exe', 'blender.exe'],
  ['  BLENDER ', 'C:\\Program Files\\Blender\\blender.exe', 'blender.exe'],
  ['/opt/games', '/opt/games/quake/quake', 'quake'],
  ['C:\\Tools\\', 'c:\\tools\\render.exe', 'render.exe'],
  ['/opt/games/quake/quake', '/opt/games/quake/quake', 'quake'],
])('finds what the owner named as %j', (app, path, name) => {
  expect(found(path, [app])).toEqual([{ name, foundBy: 'exclusive apps' }]);
});

it.each([
  ['blender', '/opt/blender/launcher'],
  ['blender', '/usr/bin/blender-thumbnailer'],
  ['/opt/games', '/opt/games-old/quake'],
  ['', '/usr/bin/bash'],
  ['   ', '/usr/bin/bash'],
])('does not take %j to mean %s', (app, path) => {
  expect(found(path, [app])).toEqual([]);
});

it('names a game once, however many processes it has, and never one of ours', () => {
  const path = 'D:\\SteamLibrary\\steamapps\\common\\Hades\\x64\\Hades.exe';
  const programs = [
    { pid: 1, paths: [path] },
    { pid: 2, paths: [path.replace('Hades.exe', 'CrashHandler.exe')] },
    { pid: 3, paths: ['D:\\SteamLibrary\\steamapps\\common\\MindMesh\\node.exe'] },
  ];
  expect(findGames(programs, folders, ['node'], new Set([3]))).toEqual([
    { name: 'Hades', foundBy: 'launcher folder' },
  ]);
});

it('keeps names right whose letters change their length with their case', () => {
  const place = [{ path: '/games/İstanbul', game: null }];
  const programs = [{ pid: 1, paths: ['/games/İstanbul/Tünel/Oyun'] }];
  expect(findGames(programs, place, [], nobody)).toEqual([
    { name: 'Tünel', foundBy: 'launcher folder' },
  ]);
});
