/** One bad entry of a list never voids the answer that it is in: from the node to the host, and to its clients. */
import { warningWords } from '../../src-shared/words/words.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { appFiles } from '../../src-main/base/app-files.ts';
import { connectToHost } from '../../src-main/cli/host-client.ts';
import { statusLines } from '../../src-shared/words/command-line.ts';
import type { ModelEntry } from '../../src-shared/api/models.ts';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { snapshotEvents } from '../support/host/snapshot-events.ts';
import type { HostSnapshot } from '../../src-shared/api/snapshot.ts';
import { logOf, standInHost } from '../support/host/host-stand-in.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const nodeScript = fileURLToPath(new URL('../fixtures/spoiling-node.ts', import.meta.url));

const sentences = [
  'One of the hosted shards cannot be read and is left out: "A shard of nothing"',
  'One of the peers cannot be read and is left out: "somebody"',
  'One of the models cannot be read and is left out: "A model without weights" (sizeBytes must be ',
  'One of the downloads cannot be read and is left out: number 1',
];

describe('a host whose node tells one bad entry in every list', () => {
  it('goes on with the others, and shows and logs which are missing', async () => {
    const dataFolder = await temporaryFolder();
    const path = join(dataFolder, 'mine.gguf');
    await writeRandomModel(path, { name: 'Mine' });
    const host = await standInHost({
      dataFolder,
      overrides: { mdns: false, listen: ['/ip4/127.0.0.1/tcp/0'], shards: [] },
      files: { nodeScript },
    });
    await host.ready;

    await host.call('importModel', { path });
    const names = (): string[] => host.snapshot().node?.models.map(({ name }) => name) ?? [];
    expect(names().toSorted()).toEqual(['MindMesh Demo', 'Mine']);
    await host.call('changeSettings', { shards: [] });
    await host.call('removeModel', { model: 'Mine' });
    expect(names()).toEqual(['MindMesh Demo']);

    const shown = statusLines(host.snapshot(), undefined, Date.now()).join('\n');
    for (const sentence of sentences) {
      expect(shown).toContain(sentence);
    }
    await host.stop();
    const log = await logOf(dataFolder);
    for (const sentence of sentences) {
      // Once, however often the status came.
      expect(log.split(JSON.stringify(sentence).slice(1, -1))).toHaveLength(2);
    }
  });
});

describe('a library with an entry that cannot be read', () => {
  it('is used without it, and the status says which was put aside', async () => {
    const dataFolder = await temporaryFolder();
    const entry = join(dataFolder, 'models', `${'0'.repeat(64)}.json`);
    await mkdir(join(dataFolder, 'models'));
    await writeFile(entry, '{"format":1,"alias":null,"source":null,"manifest":{"format":2}}');
    const host = await standInHost({
      dataFolder,
      overrides: { mdns: false, listen: ['/ip4/127.0.0.1/tcp/0'], shards: [] },
      files: { nodeScript: appFiles().nodeScript },
    });
    await host.ready;

    expect(host.snapshot().node?.models.map(({ name }) => name)).toEqual(['MindMesh Demo']);
    const shown = statusLines(host.snapshot(), undefined, Date.now()).join('\n');
    expect(shown).toContain(`The library entry ${entry} is damaged and was put aside`);
  });
});

/** What a window or a command line hears of a host, as the host would send it. */
async function playHost(snapshot: HostSnapshot, results: readonly unknown[]): Promise<string> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket: WebSocket) => {
    let answered = 0;
    socket.on('message', (data: Buffer) => {
      const { id, method } = JSON.parse(data.toString('utf8')) as { id: number; method: string };
      if (method === 'watch') {
        snapshotEvents(id, snapshot).forEach((event) => socket.send(JSON.stringify(event)));
        return;
      }
      socket.send(JSON.stringify({ type: 'result', id, result: results[answered++] }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    sockets.close();
    server.close();
  });
  const address = server.address();
  return `ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
}

describe('a command line whose host tells one bad entry', () => {
  it('shows the others and a note in its place', async () => {
    const host = await standInHost();
    await host.ready;
    const snapshot: HostSnapshot = host.snapshot();
    const [model] = snapshot.node?.models ?? [];
    const bad = { ...(model as ModelEntry), name: 'A model without weights', sizeBytes: 0 };
    const models = [model as ModelEntry, bad];
    const entry = {
      id: 'good',
      name: 'Good',
      parameters: '1B',
      quantisation: 'Q8_0',
      licence: { name: 'MIT', url: '' },
      page: '',
      sizeBytes: 1,
      isHere: false,
    };
    const node = { ...(snapshot.node as NodeStatus), models };
    const url = await playHost({ ...snapshot, node }, [[entry, { id: 'bad' }]]);

    const client = await connectToHost({ url, token: 'any' });
    expect(client?.snapshot().node?.models).toEqual([model]);
    expect(client?.snapshot().warnings.map(warningWords).join()).toContain(
      '"A model without weights"',
    );
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await client?.call('catalog', {})).toEqual([entry]);
    expect(stderr).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^One of the models to download .+ "bad" .+\n$/),
    );
    stderr.mockRestore();
    await client?.close();
  });
});
