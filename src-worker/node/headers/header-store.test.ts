import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { smallModel, writeRandomModel } from '../../../test/support/engine/random-model.ts';
import { openGguf } from '../../gguf/read.ts';
import { writeHeader } from '../../gguf/slice.ts';
import { makeManifest } from '../manifests/make-manifest.ts';
import { canonicalJson } from '../../../src-shared/canonical-json.ts';
import { type Manifest, manifestId, toModelSummary } from '../manifests/manifest.ts';
import type { Channel, ChannelOpener } from '../mesh/channels/channel.ts';
import { HeaderStore } from './header-store.ts';
import { headerKinds, headerPieceBytes, headerRequestLimits } from './header-messages.ts';
import { type HeaderSource, serveHeaders } from './header-service.ts';
import { localChannelPair } from '../mesh/channels/local-channel.ts';
import type { KnownPeer } from '../mesh/records/record.ts';

type Model = { readonly manifest: Manifest; readonly id: string; readonly header: string };

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mindmesh-header-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function makeModel(vocabulary = smallModel.vocabulary): Promise<Model> {
  const folder = await temporaryFolder();
  const header = join(folder, 'header.gguf');
  await writeRandomModel(join(folder, 'model.gguf'), { ...smallModel, vocabulary });
  const file = await openGguf(join(folder, 'model.gguf'));
  try {
    await writeHeader(file, header);
    const manifest = await makeManifest(file);
    return { manifest, id: manifestId(manifest), header };
  } finally {
    await file.close();
  }
}

/** A peer that hosts the model by its record and serves every request. */
type Host = {
  readonly peer: string;
  readonly onChannel: (channel: Channel) => void;
  readonly reputation?: number;
};

/** An honest host, which runs the real service. */
async function honestHost(peer: string, source: HeaderSource): Promise<Host> {
  const accepted: ((channel: Channel) => void)[] = [];
  const opener: ChannelOpener = {
    peer,
    openChannel: () => Promise.reject(new Error('only serves')),
    handle: async (_, { onChannel }) => {
      accepted.push(onChannel);
      return () => Promise.resolve();
    },
  };
  await serveHeaders(opener, source);
  return { peer, onChannel: (channel) => accepted.forEach((accept) => accept(channel)) };
}

function manifestOf({ manifest }: Model): Buffer {
  return Buffer.from(canonicalJson(manifest));
}

function sourceOf(...models: Model[]): HeaderSource {
  return {
    mayHave: () => true,
    manifest: (id) => models.find((model) => model.id === id)?.manifest,
    headerPath: async (id) => models.find((model) => model.id === id)?.header ?? '',
  };
}

/** A host that replies to every request with these frames. */
function lyingHost(peer: string, frames: readonly (readonly [number, Uint8Array?])[]): Host {
  return {
    peer,
    onChannel: (channel) => {
      channel.onFrame(async () => {
        for (const [kind, body] of frames) {
          await channel.send(kind, ...(body === undefined ? [] : [body]));
        }
        await channel.close();
      });
    },
  };
}

/** Fetches from the hosts, in this order, for a node that has no model. */
async function ask(
  model: Model,
  hosts: readonly Host[],
): Promise<{ store: HeaderStore; folder: string; asked: string[] }> {
  const asked: string[] = [];
  const folder = join(await temporaryFolder(), 'headers');
  const store = new HeaderStore({
    opener: {
      peer: 'own',
      handle: () => Promise.resolve(() => Promise.resolve()),
      openChannel: async (peer, _protocol, limits) => {
        asked.push(peer);
        const [near, far] = localChannelPair(peer, [limits, headerRequestLimits], () => {});
        hosts.find((host) => host.peer === peer)?.onChannel(far);
        return near;
      },
    },
    knownPeers: () =>
      hosts.map(({ peer, reputation = 1 }, index) => ({
        ...hosting(peer, model, index),
        reputation,
      })),
    source: sourceOf(),
    folder,
    log: () => {},
  });
  return { store, folder, asked };
}

function hosting(peer: string, model: Model, latencyMs: number): KnownPeer {
  return {
    peer,
    record: {
      sequence: 1,
      state: 'serving',
      addresses: [],
      models: [{ ...toModelSummary(model.manifest), manifestId: model.id }],
      shards: [],
    },
    receivedAt: 0,
    connected: true,
    latencyMs,
  };
}

describe('HeaderStore', () => {
  it('fetches the header once from a peer that has the model, and stores it', async () => {
    const model = await makeModel();
    const { store, folder, asked } = await ask(model, [await honestHost('host', sourceOf(model))]);
    const paths = await Promise.all([store.headerPath(model.id), store.headerPath(model.id)]);
    paths.push(await store.headerPath(model.id));
    expect(new Set(paths).size).toBe(1);
    expect(asked).toEqual(['host']);
    expect(await readFile(paths[0] ?? '')).toEqual(await readFile(model.header));
    expect(await readdir(folder)).toEqual([`${model.id}.gguf`]);
  });

  it('uses its own file where there is one, and asks no peer', async () => {
    const model = await makeModel();
    const store = new HeaderStore({
      opener: {
        peer: 'own',
        handle: () => Promise.resolve(() => Promise.resolve()),
        openChannel: () => Promise.reject(new Error('no peer should be asked')),
      },
      knownPeers: () => [],
      source: sourceOf(model),
      folder: await temporaryFolder(),
      log: () => {},
    });
    expect(await store.headerPath(model.id)).toBe(model.header);
  });

  it('asks the next peer when one has nothing, or ends early', async () => {
    const model = await makeModel();
    const { store, asked } = await ask(model, [
      await honestHost('without', sourceOf()),
      lyingHost('mute', []),
      await honestHost('host', sourceOf(model)),
    ]);
    await store.headerPath(model.id);
    expect(asked).toEqual(['without', 'mute', 'host']);
  });

  it('fetches a file anew that the disk has damaged', async () => {
    const model = await makeModel();
    const { store, asked } = await ask(model, [await honestHost('host', sourceOf(model))]);
    const path = await store.headerPath(model.id);
    await writeFile(path, 'spoilt');
    expect(await store.headerPath(model.id)).toBe(path);
    expect(await readFile(path)).toEqual(await readFile(model.header));
    expect(asked).toEqual(['host', 'host']);
  });

  it('asks a peer again in `fetch`, and returns which one gave the header', async () => {
    const model = await makeModel();
    const { store, asked } = await ask(model, [await honestHost('host', sourceOf(model))]);
    const path = await store.headerPath(model.id);
    const got = await store.fetch(model.id);
    expect(got).toEqual({ path, manifest: model.manifest, giver: 'host' });
    expect(asked).toEqual(['host', 'host']);
  });

  it('stops waiting when the caller does', async () => {
    const model = await makeModel();
    const { store } = await ask(model, [{ peer: 'silent', onChannel: () => {} }]);
    const over = new AbortController();
    const fetched = store.fetch(model.id, over.signal);
    over.abort(new Error('not wanted any more'));
    await expect(fetched).rejects.toThrow('not wanted any more');
  });

  it('asks distrusted peers last, however near they are', async () => {
    const model = await makeModel();
    const { store, asked } = await ask(model, [
      { ...(await honestHost('liar', sourceOf(model))), reputation: 0.1 },
      await honestHost('host', sourceOf(model)),
    ]);
    expect((await store.fetch(model.id)).giver).toBe('host');
    expect(asked).toEqual(['host']);
  });

  it('fails with `model-not-found` when no peer hosts the model', async () => {
    const model = await makeModel();
    const { store } = await ask(model, []);
    await expect(store.headerPath(model.id)).rejects.toMatchObject({ code: 'model-not-found' });
  });

  describe('believes no peer that', () => {
    type Frames = (model: Model, other: Model) => Promise<(readonly [number, Uint8Array?])[]>;
    const lies: [string, Frames][] = [
      [
        'sends the header of another model',
        async (model, other) => [
          [headerKinds.manifest, manifestOf(model)],
          [headerKinds.header, await readFile(other.header)],
          [headerKinds.end],
        ],
      ],
      [
        'sends the manifest of another model',
        async (_, other) => [
          [headerKinds.manifest, manifestOf(other)],
          [headerKinds.header, await readFile(other.header)],
          [headerKinds.end],
        ],
      ],
      [
        'changes the chat template',
        async (model) => {
          const header = await readFile(model.header);
          const at = header.indexOf('<|assistant|>');
          header.write('<|user|>     ', header.indexOf('<|assistant|>', at + 1));
          return [
            [headerKinds.manifest, manifestOf(model)],
            [headerKinds.header, header],
            [headerKinds.end],
          ];
        },
      ],
      [
        'cuts the header short',
        async (model) => [
          [headerKinds.manifest, manifestOf(model)],
          [headerKinds.header, (await readFile(model.header)).subarray(0, -100)],
          [headerKinds.end],
        ],
      ],
      [
        'sends the header before the manifest',
        async (model) => [[headerKinds.header, await readFile(model.header)]],
      ],
      [
        'sends no header at all',
        async (model) => [[headerKinds.manifest, manifestOf(model)], [headerKinds.end]],
      ],
      [
        'sends a header without end',
        async (model) => [
          [headerKinds.manifest, manifestOf(model)],
          ...Array.from(
            { length: 257 },
            () => [headerKinds.header, Buffer.alloc(headerPieceBytes)] as const,
          ),
        ],
      ],
      ['sends garbage', async () => [[headerKinds.manifest, Buffer.from('{')]]],
      ['refuses with an invalid message', async () => [[headerKinds.failed, Buffer.from('no')]]],
    ];

    it.each(lies)('%s, and leaves no file behind', async (_, frames) => {
      const [model, other] = [await makeModel(), await makeModel(300)];
      const { store, folder } = await ask(model, [lyingHost('liar', await frames(model, other))]);
      await expect(store.headerPath(model.id)).rejects.toMatchObject({
        code: 'model-not-found',
      });
      expect(await readdir(folder)).toEqual([]);
    });

    it('signs a manifest that is not in the canonical form', async () => {
      const model = await makeModel();
      const loose = Buffer.from(JSON.stringify(model.manifest, undefined, 1));
      const id = createHash('sha256').update(loose).digest('hex');
      const { store, asked } = await ask({ ...model, id }, [
        lyingHost('liar', [
          [headerKinds.manifest, loose],
          [headerKinds.header, await readFile(model.header)],
          [headerKinds.end],
        ]),
      ]);
      await expect(store.headerPath(id)).rejects.toMatchObject({ code: 'model-not-found' });
      expect(asked).toEqual(['liar']);
    });
  });

  it('does not tell peers the paths of its folders', async () => {
    const model = await makeModel();
    const told: string[] = [];
    const host = await honestHost('host', {
      mayHave: () => true,
      manifest: () => model.manifest,
      headerPath: () => Promise.reject(new Error('cannot open /home/somebody/model.gguf')),
    });
    const [near, far] = localChannelPair('asker', [() => 10_000, headerRequestLimits], () => {});
    host.onChannel(far);
    const closed = new Promise((resolve) => {
      near.onClose(resolve);
    });
    near.onFrame(({ body }) => {
      told.push(body.toString());
    });
    await near.send(headerKinds.request, Buffer.from(JSON.stringify({ manifestId: model.id })));
    await closed;
    expect(told).toEqual([expect.stringContaining('This peer cannot read the model')]);
    expect(told.join()).not.toContain('somebody');
  });

  it.each([
    ['no JSON', 'manifest please'],
    ['no id', '{}'],
    ['a path for an id', '{"manifestId":"../../etc/passwd"}'],
  ])('ends the channel of a peer that asks with %s', async (_, request) => {
    const host = await honestHost('host', sourceOf());
    const [near, far] = localChannelPair('asker', [() => 10_000, headerRequestLimits], () => {});
    host.onChannel(far);
    const closed = new Promise((resolve) => {
      near.onClose(resolve);
    });
    void near.send(headerKinds.request, Buffer.from(request));
    expect(await closed).toMatchObject({ code: 'peer-failed' });
  });
});
