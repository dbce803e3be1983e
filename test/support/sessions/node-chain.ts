/** A model cut over real node processes, and a node that hosts nothing and asks, also over HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAI } from 'openai';
import { z } from 'zod';
import { type ComputeShare, fullComputeShare } from '../../../src-shared/compute-share.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import { NodeProcess } from '../host/node-process.ts';
import { type RandomModelOptions, smallModel, writeRandomModel } from '../engine/random-model.ts';

const answerSchema = z.object({
  x_mindmesh: z.object({
    receipts: z.array(
      z.object({
        cachedTokens: z.number().default(0),
        stages: z.array(
          z.object({ peer: z.string(), firstLayer: z.number(), lastLayer: z.number() }),
        ),
      }),
    ),
  }),
});
type Stage = LayerRange & { readonly peer: string };
export type Answer = {
  /** `lead`: how much likelier the token was than the next one, as a natural logarithm. */
  readonly tokens: readonly { readonly token: string; readonly lead: number }[];
  readonly stages: readonly Stage[];
  /** Tokens of the prompt that the stages had from an earlier answer. */
  readonly cachedTokens: number;
};
type RequestFields = Pick<OpenAI.Chat.ChatCompletionCreateParams, 'response_format'>;
type Begun = { readonly rest: Promise<void>; readonly abort: () => void };

const apiKey = 'mm-key-of-the-asking-node-in-a-chain';

/** An answer up to its limit takes many seconds with this model, so that a disturbance happens in its middle. */
export const longModel: RandomModelOptions = { ...smallModel, contextLength: 16_384 };
export const longAnswer = 16_000;

export class NodeChain {
  /** The nodes that host layers, in the order in which they were started. */
  readonly hosting: NodeProcess[] = [];
  readonly #folder: string;
  readonly #pace: ComputeShare;
  #asker: NodeProcess | undefined;

  /** Starts a node for each range, and the one that asks; resolves when it can ask. */
  static async start(ranges: readonly LayerRange[], pace = fullComputeShare): Promise<NodeChain> {
    const folder = await mkdtemp(join(tmpdir(), 'mindmesh-chain-'));
    const chain = new NodeChain(folder, pace);
    try {
      await writeRandomModel(chain.#model, longModel);
      chain.hosting.push(...(await Promise.all(ranges.map((range) => chain.#start(range)))));
      chain.#asker = await NodeProcess.start({
        staticPeers: chain.hosting.flatMap(({ status }) => status.addresses),
        gateway: { port: 0, apiKey },
      });
      await chain.untilAllKnown();
      return chain;
    } catch (error) {
      await chain.stop();
      throw error;
    }
  }

  private constructor(folder: string, pace: ComputeShare) {
    this.#folder = folder;
    this.#pace = pace;
  }

  get asker(): NodeProcess {
    if (this.#asker === undefined) {
      throw new Error('The asking node has not started');
    }
    return this.#asker;
  }

  /** OpenAI's own client at the asking node's gateway. It never retries. */
  get client(): OpenAI {
    const baseURL = `http://127.0.0.1:${this.asker.status.gatewayPort}/v1`;
    return new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  }

  /** Adds a node that hosts these layers, and connects it to the asking node if there is one. */
  async host(layers: LayerRange): Promise<NodeProcess> {
    const node = await this.#start(layers);
    this.hosting.push(node);
    return node;
  }

  async #start(layers: LayerRange): Promise<NodeProcess> {
    const node = await NodeProcess.start({
      bundledModels: [this.#model],
      shards: [{ model: longModel.name, layers }],
      staticPeers: this.#asker?.status.addresses ?? [],
      engine: { threads: 1, backend: 'cpu', contextLength: longModel.contextLength },
      work: { state: 'serving', answersOwner: true, reason: null, pace: this.#pace },
    });
    await node.untilServing();
    return node;
  }

  /** A greedy answer over HTTP: its tokens, and the stages that its receipt names. */
  async ask(question: string, maxTokens: number): Promise<Answer> {
    const { choices, ...rest } = await this.client.chat.completions.create({
      ...greedy(question),
      max_tokens: maxTokens,
      logprobs: true,
      top_logprobs: 2,
    });
    const tokens = (choices[0]?.logprobs?.content ?? []).map(({ token, top_logprobs: top }) => ({
      token,
      lead: (top[0]?.logprob ?? 0) - (top[1]?.logprob ?? 0),
    }));
    const { x_mindmesh: told } = answerSchema.parse(rest);
    const [receipt] = told.receipts;
    return { tokens, stages: receipt?.stages ?? [], cachedTokens: receipt?.cachedTokens ?? 0 };
  }

  /** Begins an answer of many seconds; resolves when its first text is there. */
  async begin(): Promise<Begun> {
    const stream = await this.client.chat.completions.create({
      ...greedy('Tell me everything.'),
      max_tokens: longAnswer,
      stream: true,
    });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    const rest = (async () => {
      for await (const _ of { [Symbol.asyncIterator]: () => reader }) {
        // Only the end matters.
      }
    })();
    // A test may await it later.
    rest.catch(() => {});
    return { rest, abort: () => stream.controller.abort() };
  }

  /** The text of a greedy answer; `disturb` is called when its first piece is there. */
  async answer(
    maxTokens: number,
    disturb: () => Promise<unknown> | undefined = () => undefined,
    fields: RequestFields = {},
  ): Promise<string> {
    const stream = await this.client.chat.completions.create({
      ...greedy('Tell me everything.'),
      ...fields,
      max_tokens: maxTokens,
      stream: true,
    });
    let text = '';
    let disturbed: Promise<unknown> | undefined;
    for await (const { choices } of stream) {
      text += choices[0]?.delta.content ?? '';
      disturbed ??= disturb() ?? Promise.resolve();
    }
    await disturbed;
    return text;
  }

  /** Waits until the asking node is connected to all hosting nodes that run, and knows what they host. */
  async untilAllKnown(): Promise<void> {
    const wanted = this.hosting.filter(({ isRunning }) => isRunning);
    await this.asker.until(
      ({ peers }) =>
        wanted.every(({ status }) =>
          peers.some(
            ({ peer, connected, shards }) =>
              peer === status.peer && connected && shards.length === status.shards.length,
          ),
        ),
      'the asking node knows all the others',
    );
  }

  /** Waits until every hosting node has a session. */
  async untilAllWork(): Promise<void> {
    await Promise.all(
      this.hosting.map((node) =>
        node.until(({ shards }) => shards.every(({ sessions }) => sessions > 0), 'it works'),
      ),
    );
  }

  /** Waits for a session on a shard that begins with this layer, and returns its node. */
  async workingOn(firstLayer: number): Promise<NodeProcess> {
    const offering = this.hosting.filter(
      ({ isRunning, status }) => isRunning && status.shards[0]?.firstLayer === firstLayer,
    );
    const working = offering.map(async (node) => {
      await node.until(({ shards }) => shards.some(({ sessions }) => sessions > 0), 'it works');
      return node;
    });
    return await Promise.any(working);
  }

  /** Waits until no request runs at the asking node and no session is left on any stage. */
  async untilNothingRuns(): Promise<void> {
    if (this.asker.isRunning) {
      await this.asker.until(({ requests }) => requests.active === 0, 'no request runs');
    }
    await this.untilAllFree();
  }

  /** Waits until no session is left on any stage. */
  async untilAllFree(): Promise<void> {
    await Promise.all(
      this.hosting
        .filter(({ isRunning }) => isRunning)
        .map((node) =>
          node.until(
            ({ shards }) => shards.every(({ sessions }) => sessions === 0),
            'no session is left',
          ),
        ),
    );
  }

  /** Stops all processes, also those that were killed, and removes all folders. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.hosting, this.#asker].map((node) => node?.stop() ?? Promise.resolve()),
    );
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #model(): string {
    return join(this.#folder, 'model.gguf');
  }
}

function greedy(question: string) {
  return {
    model: longModel.name,
    messages: [{ role: 'user' as const, content: question }],
    temperature: 0,
  };
}
