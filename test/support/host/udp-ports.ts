/** The UDP ports that a process of this machine has open, from Linux's /proc. */
import { readdir, readFile, readlink } from 'node:fs/promises';

export async function udpPortsOf(pid: number): Promise<number[]> {
  const inodes = new Set<string>();
  for (const descriptor of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) {
      inodes.add(inode);
    }
  }
  const tables = await Promise.all(
    ['udp', 'udp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '')),
  );
  return tables.flatMap((table) =>
    table.split('\n').flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const port = fields[1]?.split(':')[1];
      return port !== undefined && inodes.has(fields[9] ?? '') ? [Number.parseInt(port, 16)] : [];
    }),
  );
}
