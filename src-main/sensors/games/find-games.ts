/**
 * Tells which of the running programs are games: those in a launcher's folder, and those that the owner named. Pure.
 */
import type { RunningGame } from '../../../src-shared/duty.ts';
import type { RunningProgram } from './running-programs.ts';

/** A folder in which a launcher keeps games. */
export type GameFolder = {
  readonly path: string;
  /** The only game in the folder; null where each game has a folder of its own inside. */
  readonly game: string | null;
};

/** This many are enough to say why the machine pauses. */
const maxGames = 20;

/** What launchers keep beside games, in lower case: runtimes, helpers, the launchers themselves. */
const notGames = [
  /^proton\b/,
  /^steamlinuxruntime/,
  /^steam linux runtime/,
  /^steamworks/,
  /^steam controller configs/,
  /^steamvr$/,
  /^wallpaper_engine$/,
  /^riot client$/,
  /^directxredist$/,
  /^launcher$/,
  /^epic online services$/,
  /^gamesave$/,
];

/**
 * @param exclusiveApps the owner's list: the name of a program ("Blender", "blender.exe"), its path, or its folder
 * @param ours processes that are never games
 */
export function findGames(
  programs: readonly RunningProgram[],
  folders: readonly GameFolder[],
  exclusiveApps: readonly string[],
  ours: ReadonlySet<number>,
): RunningGame[] {
  const places = folders
    .map(({ path, game }) => ({ path: comparable(path), game }))
    .filter(({ path }) => path.length > 1);
  const apps = exclusiveApps.map(toApp).filter(({ path }) => path !== '');
  const games = new Map<string, RunningGame>();
  for (const { pid, paths } of programs) {
    if (ours.has(pid) || games.size >= maxGames) {
      continue;
    }
    for (const path of paths) {
      const game = fromApps(path, apps) ?? fromFolders(path, places);
      if (game !== undefined && !games.has(game.name.toLowerCase())) {
        games.set(game.name.toLowerCase(), game);
      }
    }
  }
  return [...games.values()];
}

type App = { readonly path: string; readonly isWholePath: boolean };

function toApp(entry: string): App {
  const path = comparable(entry.trim());
  return path.includes('/')
    ? { path, isWholePath: true }
    : { path: withoutEnding(path), isWholePath: false };
}

function fromApps(path: string, apps: readonly App[]): RunningGame | undefined {
  const compared = comparable(path);
  const name = baseName(path);
  const isNamed = apps.some((app) =>
    app.isWholePath
      ? compared === app.path || compared.startsWith(`${app.path}/`)
      : withoutEnding(name.toLowerCase()) === app.path,
  );
  return isNamed ? { name, foundBy: 'exclusive apps' } : undefined;
}

/** Steam's usual path, for a library that none of Steam's files lists, as on a disk from another machine. */
const steamLibrary = /^.*?\/steamapps\/common(?=\/)/;

function fromFolders(path: string, places: readonly GameFolder[]): RunningGame | undefined {
  const compared = comparable(path);
  const [library] = steamLibrary.exec(compared) ?? [];
  for (const place of library === undefined ? places : [...places, { path: library, game: null }]) {
    if (compared.startsWith(`${place.path}/`)) {
      // The name comes from the original path, which is as long as the comparable one.
      const name =
        place.game ??
        tidy(path)
          .slice(place.path.length + 1)
          .split('/')[0] ??
        '';
      const isInFolder = place.game !== null || compared.slice(place.path.length + 1).includes('/');
      if (isInFolder && name !== '' && !notGames.some((other) => other.test(name.toLowerCase()))) {
        return { name: name.slice(0, 200), foundBy: 'launcher folder' };
      }
    }
  }
  return undefined;
}

/** Wine shows the machine's whole disk as drive Z, and the path of a deleted file ends in a note. */
function tidy(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^[zZ]:\//, '/')
    .replace(/ \(deleted\)$/, '')
    .replaceAll(/\/{2,}/g, '/')
    .replace(/(.)\/$/, '$1');
}

/**
 * In lower case, since Windows, macOS and Wine ignore case. A letter that would get longer stays as it is, so that
 * the result is as long as the path.
 */
function comparable(path: string): string {
  const whole = tidy(path);
  const lower = whole.toLowerCase();
  return lower.length === whole.length
    ? lower
    : Array.from(whole, (letter) =>
        letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter,
      ).join('');
}

function baseName(path: string): string {
  return (tidy(path).split('/').at(-1) ?? '').slice(0, 200);
}

function withoutEnding(name: string): string {
  return name.replace(/\.(exe|app|x86_64|x86|sh)$/, '');
}
