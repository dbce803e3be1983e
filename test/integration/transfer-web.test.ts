/** Model bytes from a web server: ranges of the file, with hashes that a peer knows, and what servers do wrong. */
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Bitmap } from '../../src-worker/node/transfer/bitmap.ts';
import { downloadFile, type FileDownload } from '../../src-worker/node/transfer/file-download.ts';
import { HttpFile } from '../../src-worker/node/transfer/http-file.ts';
import { leadsOutside } from '../../src-worker/node/mesh/networks.ts';
import { TokenBucket } from '../../src-worker/node/base/token-bucket.ts';
import { readWebHeader } from '../../src-worker/node/transfer/web-source.ts';
import { type ModelServer, startModelServer } from '../support/models/model-server.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import {
  addModel,
  cutBytes,
  type Fetching,
  fetchFrom,
  someLayers,
  startOwner,
  startTransferNode,
  transferModel,
  type TransferNode,
  whileTesting,
} from '../support/models/transfer-parts.ts';

let folder = '';
let path = '';
let content: Buffer = Buffer.alloc(0);
let otherContent: Buffer = Buffer.alloc(0);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mindmesh-transfer-'));
  path = join(folder, 'model.gguf');
  await writeRandomModel(path, transferModel);
  content = await readFile(path);
  await writeRandomModel(join(folder, 'other.gguf'), { type: 'F16' });
  otherContent = await readFile(join(folder, 'other.gguf'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const quick = { stallMs: 1000, lateMs: 200, lookMs: 100, patienceMs: 2500 };

type Parts = Fetching & {
  readonly node: TransferNode;
  readonly id: string;
  readonly expected: Buffer;
};

/** A node that may download from these addresses, and from a peer that has only the hashes. */
async function startFetcher(
  urls: readonly string[],
  gives = false,
  download = new TokenBucket(null),
): Promise<Parts> {
  const owner = await startOwner(path, {
    spoil: (model) => ({
      have: async () => {
        const have = await model.have();
        return gives ? have : new Bitmap(have.length);
      },
    }),
  });
  const node = await startTransferNode();
  await addModel(node, owner);
  const fetching = await fetchFrom(node, owner.model, [owner], {
    addressesOf: () => urls,
    times: quick,
    download,
  });
  const expected = await cutBytes(owner, owner.model, someLayers);
  return { ...fetching, node, id: owner.model.manifestId, expected };
}

/** A port of this machine that counts connections. */
async function watchedPort(): Promise<{
  readonly number: number;
  readonly connections: () => number;
}> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '0.0.0.0', resolve);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { number: port, connections: () => connections };
}

describe('layers from a web server', () => {
  it('are ranges of the file: nothing but the header and the layers crosses the wire', async () => {
    const server = await startModelServer(content);
    const { node, id, expected, faults } = await startFetcher([server.url]);
    const shard = await node.library.shardPath(id, someLayers);
    expect((await readFile(shard)).equals(expected)).toBe(true);
    expect(faults).toEqual([]);
    expect(server.sent.bytes).toBeGreaterThan(expected.byteLength * 0.95);
    expect(server.sent.bytes).toBeLessThan(expected.byteLength + 256 * 1024);
  });

  it('are found behind redirects', async () => {
    const server = await startModelServer(content);
    const url = server.redirectTo(server.redirectTo('/model.gguf'));
    const { node, id, faults } = await startFetcher([url]);
    await node.library.shardPath(id, someLayers);
    expect(faults).toEqual([]);
  });

  it('come from the server and from peers at the same time', async () => {
    const server = await startModelServer(content);
    // Slow enough that both sources take part.
    const limit = new TokenBucket(8_000_000);
    const { node, id, expected, received } = await startFetcher([server.url], true, limit);
    const shard = await node.library.shardPath(id, someLayers);
    expect((await readFile(shard)).equals(expected)).toBe(true);
    expect(server.sent.bytes).toBeGreaterThan(1024 * 1024);
    expect(received.bytes).toBeGreaterThan(1024 * 1024);
  });

  const faults: [string, (server: ModelServer) => void, RegExp][] = [
    [
      'gives no parts of files',
      (server) => (server.fault = 'no ranges'),
      /gives no parts of files, so this model cannot be downloaded from there/,
    ],
    [
      'is not available',
      (server) => (server.fault = 'unavailable'),
      /responded with the status 503/,
    ],
    ['sends other parts than asked', (server) => (server.fault = 'other range'), /another part/],
    ['breaks off', (server) => (server.fault = 'cuts off'), /ended in the middle/],
    [
      'has another file by now',
      (server) => {
        server.onRequest = () => {
          if (server.sent.requests === 3) {
            server.content = Buffer.concat([content.subarray(0, -8), Buffer.alloc(8)]);
          }
        };
      },
      /is not the one it was/,
    ],
    [
      'has a shorter file',
      (server) => (server.content = content.subarray(0, content.byteLength >> 1)),
      /ends at byte/,
    ],
    [
      'has wrong bytes',
      (server) => {
        server.content = Buffer.from(content);
        server.content.fill(7, content.byteLength >> 2, content.byteLength - 8);
      },
      /sent bytes that are not the model's/,
    ],
    ['has another model', (server) => (server.content = otherContent), /is of another model/],
  ];
  it.each(faults)('come from peers when the server %s', async (_, spoil, reason) => {
    const server = await startModelServer(content);
    spoil(server);
    const { node, id, expected, faults } = await startFetcher([server.url], true);
    const shard = await node.library.shardPath(id, someLayers);
    expect((await readFile(shard)).equals(expected)).toBe(true);
    expect(faults[0]?.reason).toMatch(reason);
    expect(faults.every(({ kind }) => kind === 'web')).toBe(true);
  });

  it('go on from another server when one hangs', async () => {
    const [hanging, sound] = [await startModelServer(content), await startModelServer(content)];
    hanging.onRequest = () => {
      hanging.fault = hanging.sent.requests > 4 ? 'hangs' : 'none';
    };
    const { node, id, expected } = await startFetcher([hanging.url, sound.url]);
    const shard = await node.library.shardPath(id, someLayers);
    expect((await readFile(shard)).equals(expected)).toBe(true);
  });
});

describe('an address', () => {
  it.each([
    'http://example.org/model.gguf',
    'http://127.0.0.1.example.org/model.gguf',
    'ftp://127.0.0.1/model.gguf',
    'file:///etc/passwd',
    'https://user:word@example.org/model.gguf',
    'model.gguf',
  ])('like %s is refused', async (url) => {
    await expect(HttpFile.open(url, whileTesting())).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining('https://'),
    });
  });

  it.each([
    'http://example.org/model.gguf',
    'file:///etc/passwd',
    'http://[::2]/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00::1]/',
  ])('that redirects to %s is refused, too', async (location) => {
    const server = await startModelServer(content);
    await expect(HttpFile.open(server.redirectTo(location), whileTesting())).rejects.toMatchObject({
      code: 'request-invalid',
    });
  });

  it.each([
    ['http', '127.0.0.1'],
    ['http', 'localhost'],
    ['https', '127.0.0.1'],
    ['https', 'localhost'],
    ['https', '[::ffff:127.0.0.1]'],
  ])(
    'that redirects to another server of this machine, by %s and as %s, leads to no connection',
    async (protocol, host) => {
      const [server, port] = [await startModelServer(content), await watchedPort()];
      const url = server.redirectTo(`${protocol}://${host}:${port.number}/shutdown`);
      await expect(HttpFile.open(url, whileTesting())).rejects.toMatchObject({
        code: 'request-invalid',
      });
      expect(port.connections()).toBe(0);
    },
  );

  it('with a name that means this machine leads to no connection either', async (context) => {
    const found = await lookup(hostname(), { all: true }).catch(() => []);
    if (found.length === 0 || found.some(({ address }) => leadsOutside(address))) {
      context.skip('This machine has no name in its own network');
    }
    const port = await watchedPort();
    const url = `https://${hostname()}:${port.number}/model.gguf`;
    await expect(HttpFile.open(url, whileTesting())).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining('private network'),
    });
    expect(port.connections()).toBe(0);
  });

  it('of this machine is no source where it is named with encryption, as catalogs do', async () => {
    const port = await watchedPort();
    const url = `https://127.0.0.1:${port.number}/model.gguf`;
    await expect(HttpFile.open(url, whileTesting())).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining('private network'),
    });
    expect(port.connections()).toBe(0);
  });

  it('that takes too long is given up, whatever waits', async () => {
    const server = await startModelServer(content);
    server.fault = 'hangs';
    await expect(HttpFile.open(server.url, whileTesting(), 100)).rejects.toMatchObject({
      code: 'peer-failed',
      message: expect.stringContaining('in time'),
    });
  });

  it('that redirects for ever is given up', async () => {
    const server = await startModelServer(content);
    await expect(HttpFile.open(server.redirectTo('/redirect-0'), whileTesting())).rejects.toThrow(
      /redirects too often/,
    );
  });
});

it('the header of a file on the web is read with few requests and little more than it takes', async () => {
  const server = await startModelServer(content);
  const file = await HttpFile.open(server.url, whileTesting());
  const header = await readWebHeader(file, whileTesting());
  expect(header.tensors.length).toBeGreaterThan(50);
  expect(server.sent.requests).toBeLessThan(4);
});

/** The server's file as an entry of a catalog. */
async function wanted(
  server: ModelServer,
  changes: Partial<FileDownload> = {},
): Promise<FileDownload> {
  return {
    url: server.url,
    sizeBytes: content.byteLength,
    sha256: createHash('sha256').update(content).digest('hex'),
    path: join(await temporaryFolder(), 'new', 'model.gguf'),
    download: new TokenBucket(null),
    signal: whileTesting(),
    ...changes,
  };
}

describe('a whole file', () => {
  it('is downloaded, and goes on where it was interrupted', async () => {
    const server = await startModelServer(content);
    const stop = new AbortController();
    const first = await wanted(server, {
      signal: stop.signal,
      onProgress: (done, total) => {
        if (done > total / 2) {
          stop.abort(new Error('Enough'));
        }
      },
    });
    await expect(downloadFile(first)).rejects.toThrow('Enough');
    await expect(access(first.path)).rejects.toThrow('ENOENT');
    const before = server.sent.bytes;
    await downloadFile(await wanted(server, { path: first.path }));
    expect((await readFile(first.path)).equals(content)).toBe(true);
    expect(server.sent.bytes - before).toBeLessThan(content.byteLength / 2 + 128 * 1024);
  });

  it('survives a server that fails now and then', async () => {
    const server = await startModelServer(content);
    server.onRequest = () => {
      server.fault = server.sent.requests % 3 === 2 ? 'cuts off' : 'none';
    };
    const file = await wanted(server);
    await downloadFile(file);
    expect((await stat(file.path)).size).toBe(content.byteLength);
  });

  it.each([
    ['of another hash', { sha256: '0'.repeat(64) }],
    ['of another size', { sizeBytes: 1000 }],
  ])('%s is refused, and nothing of it kept', async (_, changes) => {
    const file = await wanted(await startModelServer(content), changes);
    await expect(downloadFile(file)).rejects.toMatchObject({ code: 'model-changed' });
    await expect(access(file.path)).rejects.toThrow('ENOENT');
    await expect(access(`${file.path}.download`)).rejects.toThrow('ENOENT');
  });
});
