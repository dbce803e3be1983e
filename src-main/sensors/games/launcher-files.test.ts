import { expect, it } from 'vitest';
import {
  parseEpicManifest,
  parseGamingRoot,
  parseHeroicList,
  parseLutrisGame,
  parseRiotProduct,
  parseSteamLibraries,
  steamGames,
} from './launcher-files.ts';

it('reads Steam’s libraries as they are noted today', () => {
  const text = `"libraryfolders"
{
	"0"
	{
		"path"		"C:\\\\Program Files (x86)\\\\Steam"
		"label"		""
		"contentid"		"1234567890123456789"
		"totalsize"		"0"
		"apps"
		{
			"228980"		"434093203"
			"1091500"		"74518429532"
		}
	}
	"1"
	{
		"path"		"D:\\\\SteamLibrary"
	}
}
`;
  expect(parseSteamLibraries(text)).toEqual(['C:\\Program Files (x86)\\Steam', 'D:\\SteamLibrary']);
});

it('reads Steam’s libraries as they were noted before 2021', () => {
  const text = `"LibraryFolders"
{
	"TimeNextStatsReport"		"1600000000"
	"ContentStatsID"		"-123456789"
	"1"		"/mnt/games/SteamLibrary"
}
`;
  expect(parseSteamLibraries(text)).toEqual(['/mnt/games/SteamLibrary']);
  expect(steamGames('/mnt/games/SteamLibrary')).toEqual({
    path: '/mnt/games/SteamLibrary/steamapps/common',
    game: null,
  });
  expect(steamGames('D:\\SteamLibrary').path).toBe('D:\\SteamLibrary\\steamapps\\common');
});

it('reads Epic’s manifests, of games only', () => {
  const item = {
    FormatVersion: 0,
    DisplayName: 'Fortnite',
    InstallLocation: 'C:\\Program Files\\Epic Games\\Fortnite',
    AppCategories: ['public', 'games', 'applications'],
  };
  expect(parseEpicManifest(JSON.stringify(item))).toEqual([
    { path: 'C:\\Program Files\\Epic Games\\Fortnite', game: 'Fortnite' },
  ]);
  const engine = { ...item, DisplayName: 'Unreal Engine', AppCategories: ['public', 'engines'] };
  expect(parseEpicManifest(JSON.stringify(engine))).toEqual([]);
});

it('reads where Riot’s products lie', () => {
  const text = `locale_data:
    available_locales:
    - "en_US"
product_install_full_path: "C:/Riot Games/VALORANT/live"
product_install_root: "C:/Riot Games/"
shortcut_name: "VALORANT.lnk"
`;
  expect(parseRiotProduct(text)).toEqual([
    { path: 'C:/Riot Games/VALORANT/live', game: 'VALORANT' },
  ]);
  expect(parseRiotProduct('product_install_full_path: ""\n')).toEqual([]);
});

it('reads Lutris’ games, but takes no system folder for one', () => {
  const text = `game:
  exe: /home/ann/Games/diablo/drive_c/Diablo III/Diablo III.exe
  prefix: /home/ann/Games/diablo
game_slug: diablo-iii
name: Diablo III
`;
  expect(parseLutrisGame(text)).toEqual([
    { path: '/home/ann/Games/diablo/drive_c/Diablo III', game: 'Diablo III' },
  ]);
  expect(parseLutrisGame('game:\n  exe: /usr/bin/sh\n')).toEqual([]);
  expect(parseLutrisGame('game:\n  exe: game.sh\n')).toEqual([]);
});

it.each([
  [
    'Epic',
    {
      Anemone: {
        app_name: 'Anemone',
        install_path: '/home/ann/Games/Heroic/RocketLeague',
        title: 'Rocket League',
      },
    },
    'Rocket League',
  ],
  [
    'GOG',
    {
      installed: [
        {
          platform: 'windows',
          appName: '1207658924',
          install_path: '/home/ann/Games/Heroic/Unreal',
        },
      ],
    },
    'Unreal',
  ],
  ['Amazon', [{ id: 'amzn1', version: '1', path: '/home/ann/Games/Heroic/Yooka' }], 'Yooka'],
  [
    'the owner',
    {
      games: [
        {
          app_name: 'x',
          title: 'Doom',
          install: { executable: '/opt/doom/doom.sh', platform: 'linux' },
        },
      ],
    },
    'Doom',
  ],
])('reads Heroic’s list of what came from %s', (_store, list, game) => {
  expect(parseHeroicList(JSON.stringify(list)).map((folder) => folder.game)).toEqual([game]);
});

it('reads Xbox’s folder at the root of a drive', () => {
  const bytes = Buffer.concat([
    Buffer.from('RGBX'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('XboxGames\0', 'utf16le'),
  ]);
  expect(parseGamingRoot(bytes)).toBe('XboxGames');
  expect(parseGamingRoot(bytes.subarray(0, 9))).toBeUndefined();
  expect(parseGamingRoot(Buffer.from('GIF89a, 40 by 40'))).toBeUndefined();
});

it.each(['', '{', 'null', '[]', '[1]', '{"games":7}', '\0\0\0', '"path" "x'.repeat(1000)])(
  'finds nothing in %j',
  (text) => {
    expect(parseSteamLibraries(text)).toEqual([]);
    expect(parseEpicManifest(text)).toEqual([]);
    expect(parseRiotProduct(text)).toEqual([]);
    expect(parseLutrisGame(text)).toEqual([]);
    expect(parseHeroicList(text)).toEqual([]);
  },
);
