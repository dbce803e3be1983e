import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadIdentity } from './identity.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'mindmesh-identity-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const quiet = (): void => {};

describe('loadIdentity', () => {
  it('makes a private file at the first start and reads the same identity later', async () => {
    const data = await folder();
    const first = await loadIdentity(data, quiet);
    expect(first.peer).toMatch(/^12D3KooW/);
    expect(await readdir(data)).toEqual(['identity.key']);
    expect((await stat(join(data, 'identity.key'))).mode & 0o777).toBe(0o600);
    const again = await loadIdentity(data, quiet);
    expect(again.peer).toBe(first.peer);
    expect(again.privateKey.equals(first.privateKey)).toBe(true);
  });

  it('is the same for two nodes that start at once on one folder', async () => {
    const data = await folder();
    const identities = await Promise.all([1, 2, 3, 4].map(() => loadIdentity(data, quiet)));
    expect(new Set(identities.map(({ peer }) => peer)).size).toBe(1);
    expect(await readdir(data)).toEqual(['identity.key']);
  });

  it('makes a file private that other users could read, with a warning', async () => {
    const data = await folder();
    const { peer } = await loadIdentity(data, quiet);
    const path = join(data, 'identity.key');
    await chmod(path, 0o644);
    const messages: string[] = [];
    const again = await loadIdentity(data, (level, message) =>
      messages.push(`${level}: ${message}`),
    );
    expect(again.peer).toBe(peer);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(messages).toEqual([
      'warn: Other users could read the identity file; it is private again',
    ]);
  });

  it.each([
    ['is empty', async () => Buffer.alloc(0)],
    ['holds something else', async () => Buffer.from('not a key at all')],
    ['is far too large', async () => Buffer.alloc(100_000)],
    ['is cut short', async () => (await keyBytes()).subarray(0, 40)],
    ['holds halves of two keys', async () => withOtherHalf(await keyBytes(), await keyBytes())],
    [
      'holds a key of another type',
      async () => Buffer.from(privateKeyToProtobuf(await generateKeyPair('secp256k1'))),
    ],
  ])('refuses a file that %s, names it, and leaves it as it is', async (_, content) => {
    const data = await folder();
    const path = join(data, 'identity.key');
    const bytes = await content();
    await writeFile(path, bytes, { mode: 0o600 });
    await expect(loadIdentity(data, quiet)).rejects.toMatchObject({
      code: 'data-folder-unusable',
      message: expect.stringContaining(path),
    });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('fails with the path when the folder cannot be written to', async () => {
    const missing = join(await folder(), 'missing');
    await expect(loadIdentity(missing, quiet)).rejects.toMatchObject({
      code: 'data-folder-unusable',
      message: expect.stringContaining('cannot be written'),
    });
  });
});

async function keyBytes(): Promise<Buffer> {
  return Buffer.from(privateKeyToProtobuf(await generateKeyPair('Ed25519')));
}

/** The private half of one key with the public half of another; the last 32 bytes are the public half. */
function withOtherHalf(one: Buffer, other: Buffer): Buffer {
  return Buffer.concat([one.subarray(0, -32), other.subarray(-32)]);
}
