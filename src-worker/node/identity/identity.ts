/**
 * The node's identity: an Ed25519 key, made at the first start and stored in the data folder. Reputation, memberships of pools
 * and the static peers of others depend on it, so it is never replaced: a file that cannot be read is an error.
 *
 * The file holds the key as libp2p writes it (protobuf PrivateKey, libp2p's peer-ids specification).
 */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey, PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { AppError } from '../../../src-shared/errors.ts';
import { privateMode, writeAtomically } from '../../../src-shared/files/atomic-file.ts';
import type { Log } from '../base/log.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';

export type Identity = {
  readonly privateKey: Ed25519PrivateKey;
  /** The peer id as text. */
  readonly peer: string;
};

const fileName = 'identity.key';

/** Most bytes that are read: a key has 68, so a larger file is something else. */
const maxFileBytes = 1024;

/**
 * Reads the identity of a data folder, or makes one. A file that other users may read is made private, with a warning.
 * @throws AppError `data-folder-unusable`, naming the file and what to do about it.
 */
export async function loadIdentity(dataFolder: string, log: Log): Promise<Identity> {
  const path = join(dataFolder, fileName);
  const privateKey = (await readKey(path, log)) ?? (await createKey(path, log));
  return { privateKey, peer: peerIdFromPrivateKey(privateKey).toString() };
}

/** The key, or undefined when there is no file yet. */
async function readKey(path: string, log: Log): Promise<Ed25519PrivateKey | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return undefined;
    }
    throw unusable(path, 'cannot be opened; make it readable for you', error);
  }
  try {
    const { mode, size } = await file.stat();
    if (size > maxFileBytes) {
      throw new Error(`${size} bytes are too many for a key`);
    }
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      await file.chmod(0o600);
      log('warn', 'Other users could read the identity file; it is private again', { path });
    }
    return await parseKey(await file.readFile());
  } catch (error) {
    throw unusable(
      path,
      'is not a usable identity; restore it from a backup, or move it away to start as a new peer',
      error,
    );
  } finally {
    await file.close();
  }
}

async function parseKey(bytes: Buffer): Promise<Ed25519PrivateKey> {
  const key = decodeKey(bytes);
  if (key.type !== 'Ed25519') {
    throw new Error(`a key of type ${key.type} is not supported`);
  }
  // The file holds both halves of the key; they must belong together.
  const probe = Buffer.from('mindmesh identity');
  if (!(await key.publicKey.verify(probe, await key.sign(probe)))) {
    throw new Error('the public key does not belong to the private key');
  }
  return key;
}

function decodeKey(bytes: Buffer): PrivateKey {
  try {
    return privateKeyFromProtobuf(bytes);
  } catch (error) {
    throw new Error('it holds no key', { cause: error });
  }
}

/** Makes the key. If two processes start at once, both use the first one's key. */
async function createKey(path: string, log: Log): Promise<Ed25519PrivateKey> {
  const key = await generateKeyPair('Ed25519');
  const bytes = privateKeyToProtobuf(key);
  try {
    await writeAtomically(path, (handle) => handle.writeFile(bytes), {
      mode: privateMode,
      isNew: true,
    });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) {
      return (await readKey(path, log)) ?? key;
    }
    throw unusable(path, 'cannot be written', error);
  }
  log('info', 'Made a new identity', { path });
  return key;
}

function unusable(path: string, what: string, cause: unknown): AppError {
  const reason = ` (${fileProblem(cause)})`;
  return new AppError('data-folder-unusable', `The identity file ${path} ${what}${reason}`, {
    cause,
    advice: 'choose-data-folder',
  });
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
