/** Reads the small files of Linux's devices. A missing file reads as undefined. */
import { readdir, readFile } from 'node:fs/promises';

/** The first line, without blanks around it. */
export async function readLine(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).split('\n', 1)[0]?.trim();
  } catch {
    return undefined;
  }
}

export async function readNumber(path: string): Promise<number | undefined> {
  const line = await readLine(path);
  return line !== undefined && /^-?\d{1,18}$/.test(line) ? Number(line) : undefined;
}

/** Names in a folder, sorted; none when there is no such folder. */
export async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch {
    return [];
  }
}
