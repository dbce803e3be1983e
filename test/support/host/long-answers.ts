/** A real host with real engines, whose answers take minutes, on a machine that the test simulates. */
import { join } from 'node:path';
import { createHost, type Host } from '../../../src-main/host/host.ts';
import type { HostOptions } from '../../../src-main/host/host-options.ts';
import { type ChatEvent, chatRequestSchema } from '../../../src-shared/chat.ts';
import { eventuallyTrue } from './host-processes.ts';
import type { PlayedMachine } from '../machine/played-machine.ts';
import { NodeProcess } from './node-process.ts';
import { smallModel, writeRandomModel } from '../engine/random-model.ts';

const longModel = { ...smallModel, contextLength: 131_072 };

/** A host that hosts the model once its machine is idle. */
export async function hostOfLongAnswers(
  folder: string,
  machine: Pick<PlayedMachine, 'sources'>,
  options: HostOptions = {},
): Promise<Host> {
  const model = modelIn(folder);
  await writeRandomModel(model, longModel);
  const host = await createHost({
    dataFolder: join(folder, 'data'),
    sources: machine.sources,
    ...options,
    files: { demoModel: model, demoModelName: longModel.name },
    overrides: {
      apiPort: 0,
      mdns: false,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      threads: 1,
      backend: 'cpu',
      contextLength: longModel.contextLength,
      steadyQuietSeconds: 1,
      ...options.overrides,
    },
  });
  await host.ready;
  return host;
}

/** A peer that hosts the same model, so that answers can move to it. */
export async function peerOfLongAnswers(folder: string, host: Host): Promise<NodeProcess> {
  const lastLayer = longModel.layers - 1;
  const peer = await NodeProcess.start({
    bundledModels: [modelIn(folder)],
    shards: [{ model: longModel.name, layers: { firstLayer: 0, lastLayer } }],
    staticPeers: host.snapshot().node?.addresses ?? [],
    engine: { threads: 1, backend: 'cpu', contextLength: longModel.contextLength },
  });
  await peer.untilServing();
  await eventuallyTrue('the host knows the peer', () =>
    (host.snapshot().node?.peers ?? []).some(
      ({ connected, shards }) => connected && shards.length > 0,
    ),
  );
  return peer;
}

function modelIn(folder: string): string {
  return join(folder, 'long.gguf');
}

export type LongAnswer = {
  /** Settles when the chat does. */
  readonly over: Promise<void>;
  /** Number of pieces of text so far. */
  readonly pieces: () => number;
  readonly cancel: () => void;
};

export function askForLong(host: Host, maxTokens = 100_000): LongAnswer {
  let pieces = 0;
  const onEvent = (event: ChatEvent): void => {
    pieces += event.type === 'text' ? 1 : 0;
  };
  const request = chatRequestSchema.parse({
    model: longModel.name,
    messages: [{ role: 'user', content: 'Tell me everything.' }],
    maxTokens,
  });
  const abort = new AbortController();
  const over = host.chat(request, onEvent, abort.signal);
  // A test that needs the end awaits it itself.
  over.catch(() => {});
  return { over, pieces: () => pieces, cancel: () => abort.abort() };
}

/** Resolves when the answer has begun. */
export async function answerUnderWay(host: Host): Promise<LongAnswer> {
  const answer = askForLong(host);
  await eventuallyTrue('an answer under way', () => answer.pieces() > 5);
  return answer;
}

export async function untilServing(host: Host): Promise<void> {
  await eventuallyTrue('serving', () => host.snapshot().duty.state === 'serving');
}

export function enginePids(host: Host): number[] {
  return host.snapshot().node?.shards.flatMap(({ pid }) => pid ?? []) ?? [];
}
