/** A gateway over one real engine with a small random model, as programs on this machine see it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import type { ModelSummary } from '../../../src-shared/model.ts';
import { createGateway, type GatewayTimeouts } from '../../../src-worker/node/gateway/gateway.ts';
import { Admission } from '../../../src-worker/node/text/admission.ts';
import type { AdmissionLimits } from '../../../src-worker/node/text/admission-queue.ts';
import { ChatService } from '../../../src-worker/node/text/chat-service.ts';
import { startEngineTokenizer } from '../../../src-worker/node/text/engine-tokenizer.ts';
import { ModelTexts } from '../../../src-worker/node/text/model-texts.ts';
import { EngineGenerations } from './gateway-engine.ts';
import { smallModel, writeRandomModel } from '../engine/random-model.ts';

export const testKey = 'mm-test-key-0123456789abcdef';

export const testModel: ModelSummary = {
  manifestId: 'a'.repeat(64),
  name: smallModel.name,
  architecture: smallModel.architecture,
  layers: smallModel.layers,
  width: smallModel.width,
  contextLength: smallModel.contextLength,
  sizeBytes: 1,
  quantisation: 'F32',
};

/** The model that all gateways of a test file share, since starting engines takes a second. */
export class TestModel {
  readonly generations: EngineGenerations;
  readonly texts: ModelTexts;
  readonly #folder: string;

  private constructor(folder: string, generations: EngineGenerations) {
    this.#folder = folder;
    this.generations = generations;
    this.texts = new ModelTexts({
      headerPath: () => Promise.resolve(modelPath(folder)),
      startTokenizer: startEngineTokenizer,
    });
  }

  static async start(): Promise<TestModel> {
    const folder = await mkdtemp(join(tmpdir(), 'mindmesh-gateway-'));
    await writeRandomModel(modelPath(folder));
    return new TestModel(folder, await EngineGenerations.start(modelPath(folder), testModel));
  }

  async close(): Promise<void> {
    await this.texts.stop();
    await this.generations.stop();
    await rm(this.#folder, { recursive: true });
  }
}

export type TestGateway = {
  readonly port: number;
  readonly admission: Admission;
  /** The official client, unmodified. */
  readonly client: OpenAI;
  readonly logged: readonly string[];
  readonly close: () => Promise<void>;
};

export async function startTestGateway(
  model: TestModel,
  options: {
    limits?: Partial<AdmissionLimits>;
    timeouts?: GatewayTimeouts;
    port?: number;
    orAnyPort?: boolean;
    hosts?: readonly string[];
    origins?: readonly string[];
  } = {},
): Promise<TestGateway> {
  const admission = new Admission({
    concurrency: 8,
    queue: 8,
    queueWaitMs: 10_000,
    ...options.limits,
  });
  const { generations, texts } = model;
  const logged: string[] = [];
  const gateway = await createGateway({
    chat: new ChatService({
      generations,
      texts,
      admission,
      knownModels: () =>
        generations
          .models()
          .map((summary) => ({ ...summary, alias: 'tiny', isOwn: true, isInUse: true })),
    }),
    admission,
    port: options.port ?? 0,
    orAnyPort: options.orAnyPort ?? false,
    apiKey: testKey,
    access: { hosts: options.hosts ?? [], origins: options.origins ?? [] },
    log: (level, message) => logged.push(`${level} ${message}`),
    ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
  });
  const { port, stop } = gateway;
  const client = new OpenAI({
    baseURL: `http://127.0.0.1:${port}/v1`,
    apiKey: testKey,
    maxRetries: 0,
  });
  return { port, admission, client, logged, close: stop };
}

function modelPath(folder: string): string {
  return join(folder, 'model.gguf');
}
