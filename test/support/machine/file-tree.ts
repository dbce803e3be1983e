/** Writes a tree of small files, such as a part of /sys or /proc, into a folder of its own. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** @param files contents by path; "-> target" makes a link */
export async function fileTree(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const root = await temporaryFolder();
  await addFiles(root, files);
  return root;
}

export async function addFiles(
  root: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await (typeof content === 'string' && content.startsWith('-> ')
      ? symlink(content.slice(3), join(root, path))
      : writeFile(join(root, path), content));
  }
}
