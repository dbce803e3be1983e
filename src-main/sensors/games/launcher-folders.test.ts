import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileTree } from '../../../test/support/machine/file-tree.ts';
import { findGameFolders } from './launcher-folders.ts';

it('finds the games of Steam, Lutris and Heroic in a Linux home', async () => {
  const home = await fileTree({
    '.local/share/Steam/steamapps/libraryfolders.vdf': `"libraryfolders"
{
	"0"
	{
		"path"		"/mnt/games"
	}
}`,
    '.local/share/lutris/games/diablo-1700000000.yml':
      'game:\n  exe: /home/ann/Games/diablo/Diablo.exe\nname: Diablo\n',
    '.local/share/lutris/games/notes.txt': 'exe: /home/ann/secret/x\n',
    '.config/heroic/gog_store/installed.json':
      '{"installed":[{"install_path":"/home/ann/Unreal"}]}',
    '.config/heroic/sideload_apps/library.json': 'torn{',
  });
  const folders = await findGameFolders({ platform: 'linux', home, environment: {} });
  expect(folders).toEqual([
    { path: join(home, '.local/share/Steam/steamapps/common'), game: null },
    { path: '/mnt/games/steamapps/common', game: null },
    { path: '/home/ann/Games/diablo', game: 'Diablo' },
    { path: '/home/ann/Unreal', game: 'Unreal' },
    { path: join(home, 'GOG Games'), game: null },
    { path: join(home, 'Games/Heroic'), game: null },
  ]);
});

it('names a folder behind a link by the place where its games really lie, too', async () => {
  const home = await fileTree({
    'disk/steamapps/libraryfolders.vdf': '"libraryfolders" {}',
    'disk/steamapps/common/Factorio/factorio': '',
    '.local/share/Steam': '-> ../../disk',
  });
  const folders = await findGameFolders({ platform: 'linux', home, environment: {} });
  expect(folders.slice(0, 1)).toEqual([
    { path: join(home, '.local/share/Steam/steamapps/common'), game: null },
  ]);
  const real = await realpath(join(home, 'disk/steamapps/common'));
  expect(folders).toContainEqual({ path: real, game: null });
});

it('finds Epic’s and Riot’s games where Windows keeps them, and Steam where the registry says', async () => {
  const root = await fileTree({
    'Epic/EpicGamesLauncher/Data/Manifests/ABC.item':
      '{"InstallLocation":"C:\\\\Games\\\\Fortnite","DisplayName":"Fortnite"}',
    'Riot Games/Metadata/valorant.live/valorant.live.product_settings.yaml':
      'product_install_full_path: "C:/Riot Games/VALORANT/live"\n',
    'steam/config/libraryfolders.vdf': '"1"\t\t"E:\\\\Steam"\n',
  });
  const steam = join(root, 'steam');
  const folders = await findGameFolders(
    { platform: 'win32', home: root, environment: { ProgramData: root } },
    [steam],
  );
  const paths = folders.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'E:\\Steam\\steamapps\\common',
      'C:\\Games\\Fortnite',
      'C:/Riot Games/VALORANT/live',
      'C:\\XboxGames',
    ]),
  );
});

it('finds only the usual folders where no launcher is', async () => {
  const home = await fileTree({});
  const folders = await findGameFolders({ platform: 'darwin', home, environment: {} });
  expect(folders).toEqual([
    { path: join(home, 'GOG Games'), game: null },
    { path: join(home, 'Games/Heroic'), game: null },
  ]);
});
