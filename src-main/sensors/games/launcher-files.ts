/**
 * Parses the files in which launchers list the folders of their games. Other programs wrote them, so nothing is taken
 * for granted: what cannot be parsed names no folder. Pure.
 */
import { posix, win32 } from 'node:path';
import { z } from 'zod';
import type { GameFolder } from './find-games.ts';

const maxFolders = 2000;
const path = z.string().min(2).max(1000);
const title = z.string().min(1).max(200);

/**
 * Steam's libraryfolders.vdf, of today ("path" inside a numbered block) and of before 2021 (number and path).
 * @returns the folders of Steam's libraries
 */
export function parseSteamLibraries(text: string): string[] {
  const found: string[] = [];
  for (const [, key = '', value = ''] of text.matchAll(
    /"((?:\d{1,4})|path)"[^\S\n]+"((?:[^"\\\n]|\\.){2,1000})"/g,
  )) {
    const place = value.replaceAll(/\\(.)/g, '$1');
    // The block "apps" has pairs of numbers and sizes, which are no paths.
    if (key === 'path' || /[\\/]/.test(place)) {
      found.push(place);
    }
  }
  return found.slice(0, 100);
}

/** The folder for games in a Steam library. */
export function steamGames(library: string): GameFolder {
  const { sep } = library.startsWith('/') ? posix : win32;
  return { path: [library, 'steamapps', 'common'].join(sep), game: null };
}

const epicSchema = z.object({
  InstallLocation: path,
  DisplayName: title,
  AppCategories: z.array(z.string()).optional(),
});

/** One of Epic's manifests (*.item). The engine and its parts are no games. */
export function parseEpicManifest(text: string): GameFolder[] {
  const item = parseJson(epicSchema, text);
  const isGame = item?.AppCategories === undefined || item.AppCategories.includes('games');
  return item !== undefined && isGame
    ? [{ path: item.InstallLocation, game: item.DisplayName }]
    : [];
}

/** One of Riot's *.product_settings.yaml, in which a line has the product's folder. */
export function parseRiotProduct(text: string): GameFolder[] {
  const place = yamlValue(text, 'product_install_full_path');
  const game = yamlValue(text, 'shortcut_name')?.replace(/\.lnk$/i, '');
  return place === undefined ? [] : [{ path: place, game: game ?? lastPart(place) }];
}

/**
 * One of Lutris' files, which describes one game: "exe" is the program, and the rest of the game lies in its folder.
 */
export function parseLutrisGame(text: string): GameFolder[] {
  const program = yamlValue(text, 'exe');
  if (program === undefined || !program.startsWith('/')) {
    return [];
  }
  const place = posix.dirname(program);
  const game = yamlValue(text, 'name') ?? yamlValue(text, 'game_slug') ?? lastPart(place);
  // A program directly in a system folder would turn that whole folder into a game.
  return place.split('/').length > 3 ? [{ path: place, game }] : [];
}

const heroicEpicSchema = z.record(z.string(), z.object({ install_path: path, title }));
const heroicGogSchema = z.object({ installed: z.array(z.object({ install_path: path })) });
const heroicAmazonSchema = z.array(z.object({ path }));
const heroicOwnSchema = z.object({
  games: z.array(z.object({ title, install: z.object({ executable: path }) })),
});

/** Heroic's lists of installed games: from Epic's store, GOG and Amazon, and those that the owner added. */
export function parseHeroicList(text: string): GameFolder[] {
  const folders = [
    ...Object.values(parseJson(heroicEpicSchema, text) ?? {}).map((game) => ({
      path: game.install_path,
      game: game.title,
    })),
    ...(parseJson(heroicGogSchema, text)?.installed ?? []).map((game) => ({
      path: game.install_path,
      game: lastPart(game.install_path),
    })),
    ...(parseJson(heroicAmazonSchema, text) ?? []).map((game) => ({
      path: game.path,
      game: lastPart(game.path),
    })),
    ...(parseJson(heroicOwnSchema, text)?.games ?? []).map((game) => ({
      path: game.install.executable.replace(/[\\/][^\\/]*$/, ''),
      game: game.title,
    })),
  ];
  return folders.slice(0, maxFolders);
}

/** Xbox's .GamingRoot at the root of a drive: "RGBX", four bytes, then the folder's name in UTF-16. */
export function parseGamingRoot(bytes: Buffer): string | undefined {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 4) !== 'RGBX') {
    return undefined;
  }
  const name = bytes.toString('utf16le', 8, Math.min(bytes.length, 520)).split('\0', 1)[0] ?? '';
  return name === '' ? undefined : name;
}

function yamlValue(text: string, key: string): string | undefined {
  const match = new RegExp(`^\\s*${key}:[^\\S\\n]*(\\S[^\\n]{0,1000})$`, 'm').exec(text);
  const value = match?.[1]?.trim().replace(/^(["'])(.*)\1$/, '$2');
  return value === '' ? undefined : value;
}

function lastPart(place: string): string {
  return place.split(/[\\/]/).findLast((part) => part !== '') ?? place;
}

function parseJson<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
