/**
 * Finds the processes that use AMD's and Intel's cards on Linux. Each look reads only a few processes, the youngest
 * first: a process opens a card when it starts, and reading all of them costs too much. Processes of other users
 * cannot be read.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type DrmClient, parseDrmClient } from './drm-usage.ts';

export type OwnedClient = { readonly pid: number; readonly client: DrmClient };

/** Processes that each look reads, beside those that are known to use a card. */
const processesPerLook = 8;
const maxDescriptors = 512;
/** After this many looks, a process that uses no card is no longer young, and is read only in turn. */
const looksWhileYoung = 4;

type Seen = { looks: number; lookedAt: number; descriptors: readonly string[] };

export class DrmClients {
  readonly #procRoot: string;
  readonly #seen = new Map<number, Seen>();
  #turn = 0;

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** All known uses of a card, one entry for each client. */
  async scan(always: ReadonlySet<number>): Promise<OwnedClient[]> {
    this.#turn += 1;
    await this.#notePids();
    for (const pid of this.#nextPids(always)) {
      const seen = this.#seen.get(pid);
      if (seen !== undefined) {
        seen.looks += 1;
        seen.lookedAt = this.#turn;
        seen.descriptors = await this.#cardDescriptors(pid);
      }
    }
    const found = new Map<string, OwnedClient>();
    for (const [pid, { descriptors }] of this.#seen) {
      for (const descriptor of descriptors) {
        const client = await this.#readClient(pid, descriptor);
        if (client !== undefined) {
          found.set(`${client.pciAddress} ${client.clientId}`, { pid, client });
        }
      }
    }
    return [...found.values()];
  }

  async #notePids(): Promise<void> {
    const pids = new Set(
      (await readdir(this.#procRoot)).filter((name) => /^\d{1,10}$/.test(name)).map(Number),
    );
    for (const pid of this.#seen.keys()) {
      if (!pids.has(pid)) {
        this.#seen.delete(pid);
      }
    }
    for (const pid of pids) {
      if (!this.#seen.has(pid)) {
        this.#seen.set(pid, { looks: 0, lookedAt: 0, descriptors: [] });
      }
    }
  }

  #nextPids(always: ReadonlySet<number>): number[] {
    const waiting = [...this.#seen]
      .filter(([pid]) => !always.has(pid))
      .toSorted(([onePid, one], [otherPid, other]) => rank(one) - rank(other) || otherPid - onePid)
      .slice(0, processesPerLook);
    return [...always, ...waiting.map(([pid]) => pid)];
  }

  async #cardDescriptors(pid: number): Promise<readonly string[]> {
    const folder = join(this.#procRoot, String(pid), 'fd');
    const cards: string[] = [];
    try {
      for (const descriptor of (await readdir(folder)).slice(0, maxDescriptors)) {
        const target = await readlink(join(folder, descriptor)).catch(() => '');
        if (target.startsWith('/dev/dri/')) {
          cards.push(descriptor);
        }
      }
    } catch {
      // The process has ended, or belongs to another user.
    }
    return cards;
  }

  async #readClient(pid: number, descriptor: string): Promise<DrmClient | undefined> {
    try {
      const path = join(this.#procRoot, String(pid), 'fdinfo', descriptor);
      return parseDrmClient(await readFile(path, 'utf8'));
    } catch {
      return undefined;
    }
  }
}

/** Order of the next look, lowest first: young processes, then those that were not looked at for longest. */
function rank({ looks, lookedAt }: Seen): number {
  return looks < looksWhileYoung ? lookedAt - Number.MAX_SAFE_INTEGER / 2 : lookedAt;
}
