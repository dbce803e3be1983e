/** The processes that a process has started, as the system lists them. */
import { readdir, readFile } from 'node:fs/promises';

/** Ids of all living children and their children; empty where there is no /proc (not Linux). */
export async function descendantsOf(pid: number): Promise<number[]> {
  const parents = await parentsOfAll();
  const found = [pid];
  for (const ancestor of found) {
    found.push(...[...parents].flatMap(([child, parent]) => (parent === ancestor ? [child] : [])));
  }
  return found.slice(1);
}

async function parentsOfAll(): Promise<Map<number, number>> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(
    pids.map(async (pid): Promise<[number, number]> => {
      // A process may have ended. Its name is in parentheses and may contain anything.
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [, parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [Number(pid), Number(parent)];
    }),
  );
  return new Map(entries);
}
