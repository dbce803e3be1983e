/**
 * A pool on disk, in two files that only their owner can read: its state, replaced as a whole with every change, and,
 * on the node that created it, its key, written once. A state that cannot be read is renamed, never overwritten.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { z } from 'zod';
import { AppError } from '../../../../src-shared/errors.ts';
import { fileProblem } from '../../../../src-shared/files/file-problem.ts';
import { privateMode, writeAtomically } from '../../../../src-shared/files/atomic-file.ts';
import { maxPools, poolIdSchema, poolNameSchema } from '../../../../src-shared/pool.ts';
import type { Log } from '../../base/log.ts';
import { membershipTextSchema } from './certificate.ts';
import { maxInvites, storedInviteSchema } from './invite-book.ts';
import { maxPoolModels } from './pool-model-book.ts';
import { statementTextSchema } from './statement.ts';

/** Most stored certificates of one pool. */
export const maxMembers = 1024;

const poolStateSchema = z.strictObject({
  version: z.literal(1),
  id: poolIdSchema,
  name: poolNameSchema,
  /** This node's own membership. */
  own: membershipTextSchema,
  /** Addresses of members when this node joined. */
  contacts: z
    .array(z.strictObject({ peer: poolIdSchema, addresses: z.array(z.string().max(500)).max(16) }))
    .max(16),
  invites: z.array(storedInviteSchema).max(maxInvites),
  members: z.array(membershipTextSchema).max(maxMembers),
  revocations: z.array(statementTextSchema).max(1024),
  /** The models that the pool offers in addition to the app's own list. */
  models: z
    .array(statementTextSchema)
    .max(2 * maxPoolModels)
    .default([]),
});
export type PoolState = z.infer<typeof poolStateSchema>;

/** Largest state file, in bytes; one at all limits has some five million. */
const maxStateBytes = 8 * 1024 * 1024;

const maxKeyBytes = 1024;

export type StoredPool = {
  readonly state: PoolState;
  /** The pool's key; only the owner has it. */
  readonly key: Ed25519PrivateKey | undefined;
};

export class PoolFolder {
  readonly #folder: string;
  readonly #log: Log;

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /**
   * Reads all pools; one that cannot be read is set aside.
   * @throws AppError `data-folder-unusable` when the folder itself cannot be read
   */
  async load(): Promise<StoredPool[]> {
    let names: string[];
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      names = await readdir(this.#folder);
    } catch (error) {
      throw unusable(this.#folder, error);
    }
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
    const pools: StoredPool[] = [];
    for (const id of ids.toSorted().slice(0, maxPools)) {
      const pool = await this.#loadOne(id);
      if (pool !== undefined) {
        pools.push(pool);
      }
    }
    return pools;
  }

  /** @throws AppError `data-folder-unusable` */
  async saveState(state: PoolState): Promise<void> {
    await this.#write(this.#statePath(state.id), Buffer.from(JSON.stringify(state)));
  }

  /** @throws AppError `data-folder-unusable` */
  async saveKey(id: string, key: Ed25519PrivateKey): Promise<void> {
    await this.#write(this.#keyPath(id), privateKeyToProtobuf(key));
  }

  /** Deletes a pool and its key. @throws AppError `data-folder-unusable` */
  async remove(id: string): Promise<void> {
    try {
      await rm(this.#statePath(id), { force: true });
      await rm(this.#keyPath(id), { force: true });
    } catch (error) {
      throw unusable(this.#folder, error);
    }
  }

  async #loadOne(id: string): Promise<StoredPool | undefined> {
    const path = this.#statePath(id);
    try {
      const state = poolStateSchema.parse(
        JSON.parse((await readBounded(path, maxStateBytes)).toString('utf8')),
      );
      if (state.id !== id) {
        throw new Error('it belongs to another pool');
      }
      return { state, key: await this.#loadKey(id) };
    } catch (error) {
      await this.setAside(id, error);
      return undefined;
    }
  }

  /** Renames a state that cannot be used, and logs it. The key stays where it is. */
  async setAside(id: string, reason: unknown): Promise<void> {
    const path = this.#statePath(id);
    const aside = `${path}.damaged-${randomBytes(4).toString('hex')}`;
    try {
      await rename(path, aside);
    } catch (error) {
      throw unusable(this.#folder, error);
    }
    this.#log(
      'error',
      `The pool file ${path} cannot be read, so this machine is not in that pool; the file is kept as ${aside}. Join again with a new invite, or put back a copy.`,
      { error: reason },
    );
  }

  async #loadKey(id: string): Promise<Ed25519PrivateKey | undefined> {
    let bytes: Buffer;
    try {
      bytes = await readBounded(this.#keyPath(id), maxKeyBytes);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return undefined;
      }
      throw error;
    }
    const key = privateKeyFromProtobuf(bytes);
    if (key.type !== 'Ed25519' || peerIdFromPrivateKey(key).toString() !== id) {
      throw new Error(`the key in ${this.#keyPath(id)} is not the one of this pool`);
    }
    return key;
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeAtomically(path, (handle) => handle.writeFile(bytes), { mode: privateMode });
    } catch (error) {
      throw unusable(path, error);
    }
  }

  #statePath(id: string): string {
    return join(this.#folder, `${id}.json`);
  }

  #keyPath(id: string): string {
    return join(this.#folder, `${id}.key`);
  }
}

async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > maxBytes) {
    throw new Error(`${size} bytes are too many`);
  }
  return readFile(path);
}

function unusable(path: string, cause: unknown): AppError {
  return new AppError(
    'data-folder-unusable',
    `The pool files at ${path} cannot be used: ${fileProblem(cause)}. Make that folder readable and writable for you.`,
    { cause },
  );
}
