/** A real host, with real engines, whose answers take minutes, on a machine that is played by the test. */
import { join } from 'node:path';
import { createHost, type Host } from '../../../src-main/host/host.ts';
import type { HostOptions } from '../../../src-main/host/host-options.ts';
import { type ChatEvent, chatRequestSchema } from '../../../src-shared/chat.ts';
import { eventuallyTrue } from './host-processes.ts';
import type { PlayedMachine } from '../machine/played-machine.ts';
import { smallModel, writeRandomModel } from '../engine/random-model.ts';

const longModel = { ...smallModel, contextLength: 131_072 };

/** The host hosts the model once the machine is idle. */
export async function hostOfLongAnswers(
  folder: string,
  machine: PlayedMachine,
  options: HostOptions = {},
): Promise<Host> {
  const model = join(folder, 'long.gguf');
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

export type LongAnswer = {
  /** Settles with the chat. */
  readonly over: Promise<void>;
  /** Pieces of text so far. */
  readonly pieces: () => number;
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
  const over = host.chat(request, onEvent, new AbortController().signal);
  // A test that needs its end awaits it.
  over.catch(() => {});
  return { over, pieces: () => pieces };
}

export async function untilServing(host: Host): Promise<void> {
  await eventuallyTrue('serving', () => host.snapshot().duty.state === 'serving');
}

export function enginePids(host: Host): number[] {
  return host.snapshot().node?.shards.flatMap(({ pid }) => pid ?? []) ?? [];
}
