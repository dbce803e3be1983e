/** Finds the folders of games of all launchers on this machine. It only reads files and starts no program. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import type { GameFolder } from './find-games.ts';
import {
  parseEpicManifest,
  parseGamingRoot,
  parseHeroicList,
  parseLutrisGame,
  parseRiotProduct,
  parseSteamLibraries,
  steamGames,
} from './launcher-files.ts';
import { list } from '../sysfs.ts';

/** Folders of the user, which differ between systems. */
export type LauncherPlaces = {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
};

/** Launchers' files are small: a library of thousands of games takes a megabyte. */
const longestFileBytes = 16 * 1024 * 1024;
const maxFiles = 2000;

/** @param steamRoots Steam's folders by the registry, on Windows */
export async function findGameFolders(
  places: LauncherPlaces,
  steamRoots: readonly string[] = [],
): Promise<GameFolder[]> {
  const found = await Promise.all([
    steam([...steamRoots, ...steamPlaces(places)]),
    filesOf(epicPlaces(places), '.item', parseEpicManifest),
    filesOf(riotPlaces(places), '.product_settings.yaml', parseRiotProduct),
    filesOf(lutrisPlaces(places), '.yml', parseLutrisGame),
    heroic(heroicPlaces(places)),
    xbox(places),
  ]);
  const named = [...found.flat(), ...usualFolders(places)];
  const real = await Promise.all(named.map(realFolder));
  const unique = new Map<string, GameFolder>();
  for (const folder of [...named, ...real.flat()]) {
    const key = folder.path.toLowerCase();
    unique.set(key, unique.get(key) ?? folder);
  }
  return [...unique.values()];
}

/** The real folder: a running program shows its real path, whatever links its launcher used. */
async function realFolder({ path, game }: GameFolder): Promise<GameFolder[]> {
  try {
    return [{ path: await realpath(path), game }];
  } catch {
    return [];
  }
}

/** Default folders of launchers that list their games nowhere, or not in a file that can be read. */
function usualFolders({ platform, home }: LauncherPlaces): GameFolder[] {
  const windows = [
    'C:\\XboxGames',
    'C:\\Riot Games',
    'C:\\GOG Games',
    'C:\\Program Files (x86)\\GOG Galaxy\\Games',
  ];
  const others = [join(home, 'GOG Games'), join(home, 'Games', 'Heroic')];
  return (platform === 'win32' ? windows : others).map((path) => ({ path, game: null }));
}

async function steam(roots: readonly string[]): Promise<GameFolder[]> {
  const libraries = new Set<string>();
  for (const root of roots) {
    for (const part of ['steamapps', 'config']) {
      const text = await readSmall(join(root, part, 'libraryfolders.vdf'));
      if (text !== undefined) {
        libraries.add(root);
        for (const library of parseSteamLibraries(text)) {
          libraries.add(library);
        }
      }
    }
  }
  return [...libraries].map(steamGames);
}

async function heroic(roots: readonly string[]): Promise<GameFolder[]> {
  const lists = [
    'legendaryConfig/legendary/installed.json',
    'gog_store/installed.json',
    'nile_config/nile/installed.json',
    'sideload_apps/library.json',
  ];
  const texts = await Promise.all(
    roots.flatMap((root) => lists.map((name) => readSmall(join(root, name)))),
  );
  return texts.flatMap((text) => (text === undefined ? [] : parseHeroicList(text)));
}

async function xbox({ platform }: LauncherPlaces): Promise<GameFolder[]> {
  if (platform !== 'win32') {
    return [];
  }
  const folders = await Promise.all(
    'CDEFGHIJKLMNOPQRSTUVWXYZ'.split('').map(async (drive) => {
      const bytes = await readFile(`${drive}:\\.GamingRoot`).catch(() => undefined);
      const name = bytes === undefined ? undefined : parseGamingRoot(bytes);
      return name === undefined ? [] : [{ path: win32.join(`${drive}:\\`, name), game: null }];
    }),
  );
  return folders.flat();
}

/** Reads files of one kind in folders, and in the folders directly inside them. */
async function filesOf(
  folders: readonly string[],
  ending: string,
  parse: (text: string) => GameFolder[],
): Promise<GameFolder[]> {
  const games: GameFolder[] = [];
  for (const folder of folders) {
    const names = (await list(folder)).slice(0, maxFiles);
    const inner = await Promise.all(
      names
        .filter((name) => !name.includes('.') || name.endsWith('.live'))
        .map(async (name) => (await list(join(folder, name))).map((file) => join(name, file))),
    );
    for (const name of [...names, ...inner.flat()].filter((name) => name.endsWith(ending))) {
      const text = await readSmall(join(folder, name));
      if (text !== undefined) {
        games.push(...parse(text));
      }
    }
  }
  return games;
}

async function readSmall(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    return size > longestFileBytes ? undefined : await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

function steamPlaces({ platform, home }: LauncherPlaces): string[] {
  if (platform === 'win32') {
    return ['C:\\Program Files (x86)\\Steam', 'C:\\Program Files\\Steam'];
  }
  if (platform === 'darwin') {
    return [join(home, 'Library/Application Support/Steam')];
  }
  return [
    '.local/share/Steam',
    '.steam/steam',
    '.var/app/com.valvesoftware.Steam/.local/share/Steam',
    'snap/steam/common/.local/share/Steam',
  ].map((place) => join(home, place));
}

function epicPlaces({ platform, home, environment }: LauncherPlaces): string[] {
  const manifests = 'Epic/EpicGamesLauncher/Data/Manifests';
  return platform === 'win32'
    ? [join(environment['ProgramData'] ?? 'C:\\ProgramData', manifests)]
    : platform === 'darwin'
      ? [join(home, 'Library/Application Support', manifests)]
      : [];
}

function riotPlaces({ platform, environment }: LauncherPlaces): string[] {
  return platform === 'win32'
    ? [join(environment['ProgramData'] ?? 'C:\\ProgramData', 'Riot Games/Metadata')]
    : [];
}

function lutrisPlaces({ platform, home }: LauncherPlaces): string[] {
  return platform === 'linux'
    ? [
        join(home, '.local/share/lutris/games'),
        join(home, '.config/lutris/games'),
        join(home, '.var/app/net.lutris.Lutris/data/lutris/games'),
      ]
    : [];
}

function heroicPlaces({ platform, home, environment }: LauncherPlaces): string[] {
  if (platform === 'win32') {
    return [join(environment['APPDATA'] ?? join(home, 'AppData/Roaming'), 'heroic')];
  }
  return platform === 'darwin'
    ? [join(home, 'Library/Application Support/heroic')]
    : [
        join(home, '.config/heroic'),
        join(home, '.var/app/com.heroicgameslauncher.hgl/config/heroic'),
      ];
}
