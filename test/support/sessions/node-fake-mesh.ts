/** Nodes with fake shards over a loopback: real coordinators and stage services, with a clock that the test moves. */
import type { SigningKey } from '../../../src-shared/signing/peer-key.ts';
import type { AppError, ErrorCode } from '../../../src-shared/errors.ts';
import type { ChannelOpener } from '../../../src-worker/node/mesh/channels/channel.ts';
import type { ModelSummary } from '../../../src-shared/model.ts';
import type { Usage } from '../../../src-shared/api/usage.ts';
import type { KnownPeer, RecordedShard } from '../../../src-worker/node/mesh/records/record.ts';
import { Coordinator } from '../../../src-worker/node/sessions/asking/coordinator.ts';
import type { GenerationEvent } from '../../../src-worker/node/sessions/asking/generation.ts';
import { limitsAt, stageKinds } from '../../../src-worker/node/sessions/protocol/message-table.ts';
import {
  type FailedMessage,
  stageProtocol,
} from '../../../src-worker/node/sessions/protocol/stage-messages.ts';
import { StageService } from '../../../src-worker/node/sessions/serving/stage-service.ts';
import { encodeJson } from '../../../src-worker/wire/json-body.ts';
import { samplingSchema } from '../../../src-shared/model.ts';
import {
  fakeManifestId,
  FakeShard,
  fakeShards,
  fakeWidth,
  nextFakeToken,
} from './node-fake-shard.ts';
import { Loopback } from './node-loopback.ts';
import { type Dialect, speaking } from './stage-dialect.ts';

const fakeLayers = 6;

export const fakeModel: ModelSummary = {
  manifestId: fakeManifestId,
  name: 'Fake model',
  architecture: 'llama',
  layers: fakeLayers,
  width: fakeWidth,
  contextLength: 4096,
  sizeBytes: 1000,
  quantisation: 'F32',
};

export const greedy = samplingSchema.parse({ temperature: 0 });

export type FakeNode = {
  readonly name: string;
  readonly shards: readonly FakeShard[];
  readonly service: StageService;
  readonly served: Usage[];
  /** The log of the stage service. */
  readonly logged: string[];
};

export class FakeMesh {
  readonly loopback = new Loopback();
  readonly #nodes: FakeNode[] = [];
  /** Peers that speak another version's protocol. */
  readonly #dialects = new Map<string, Dialect>();
  /** Failures of stages, as the coordinators here saw them. */
  readonly failures: ErrorCode[] = [];
  /** Peers whose refusals were contradicted by other chains. */
  readonly wrongRefusals: string[] = [];
  /** Peers that signed something false, and what is false. */
  readonly falseAccounts: [peer: string, proof: string][] = [];
  /** Milliseconds; only tests move it. */
  now = 0;

  /** Keys of the nodes that sign their work, by name; they are set before the nodes are added. */
  readonly keys = new Map<string, SigningKey>();

  /** Makes the peer speak this dialect from now on. */
  speak(name: string, dialect: Dialect): void {
    this.#dialects.set(name, dialect);
  }

  #opener(name: string): ChannelOpener {
    const dialect = this.#dialects.get(name);
    const opener = this.loopback.peer(name);
    return dialect === undefined ? opener : speaking(opener, dialect);
  }

  /** Adds a node that hosts these layer ranges. */
  async add(name: string, ...ranges: readonly (readonly [number, number])[]): Promise<FakeNode> {
    const shards = ranges.map(([first, last]) => new FakeShard(first, last, fakeLayers));
    const served: Usage[] = [];
    const logged: string[] = [];
    const key = this.keys.get(name);
    const service = new StageService({
      ...(key === undefined ? {} : { key }),
      opener: this.#opener(name),
      shards: fakeShards(...shards),
      addressesFor: () => [],
      onServed: (usage) => served.push(usage),
      log: (_level, message) => logged.push(message),
      now: () => this.now,
    });
    await service.start();
    const node = { name, shards, service, served, logged };
    this.#nodes.push(node);
    return node;
  }

  /**
   * Adds a peer that claims the whole model and answers every request for a session with `failed`; returns how many
   * there were.
   */
  async addRefusing(name: string, failed: () => FailedMessage): Promise<{ asked: number }> {
    const counts = { asked: 0 };
    await this.loopback.peer(name).handle(stageProtocol, {
      limits: limitsAt('arrival'),
      maxInboundChannels: 8,
      onChannel: (channel) =>
        channel.onFrame(() => {
          counts.asked += 1;
          void channel.send(stageKinds.failed, encodeJson(failed()));
          void channel.close();
        }),
    });
    const whole = new FakeShard(0, fakeLayers - 1, fakeLayers);
    const service = new StageService({
      opener: this.loopback.peer(`${name} unused`),
      shards: fakeShards(),
      addressesFor: () => [],
      onServed: () => {},
      log: () => {},
    });
    this.#nodes.push({ name, shards: [whole], service, served: [], logged: [] });
    return counts;
  }

  /** Makes the coordinators no longer believe the peer's record. */
  forget(name: string): void {
    const index = this.#nodes.findIndex((node) => node.name === name);
    this.#nodes.splice(index, 1);
  }

  /** A requester that believes the records of all nodes, as they were when it asks. */
  coordinator(name: string): Coordinator {
    return new Coordinator({
      opener: this.#opener(name),
      ownShards: () => recordsOf(this.#nodes.find((node) => node.name === name)),
      ownModels: () => [],
      knownPeers: () => this.#nodes.filter((node) => node.name !== name).map(knownPeer),
      onStageFailed: ({ error }) => this.failures.push(error.code),
      onWrongRefusal: (peer) => this.wrongRefusals.push(peer),
      onFalseAccount: (peer, proof) => this.falseAccounts.push([peer, proof]),
      now: () => this.now,
    });
  }
}

function recordsOf(node: FakeNode | undefined): RecordedShard[] {
  return (node?.shards ?? []).map((shard) => ({
    manifestId: fakeManifestId,
    firstLayer: shard.firstLayer,
    lastLayer: shard.lastLayer,
    // Outdated on purpose: the record claims room when there is none any more.
    freeSessions: 1,
    maxSessions: 4,
    contextLength: 4096,
    tokensPerSecond: 10,
  }));
}

function knownPeer(node: FakeNode): KnownPeer {
  return {
    peer: node.name,
    record: {
      sequence: 1,
      state: 'serving',
      addresses: [],
      models: [fakeModel],
      shards: recordsOf(node),
    },
    receivedAt: 0,
    connected: true,
    latencyMs: 1,
  };
}

/** The tokens that the fake model generates after a prompt. */
export function expectedTokens(prompt: readonly number[], count: number): number[] {
  const tokens: number[] = [];
  for (let token = prompt.at(-1) ?? 0; tokens.length < count;) {
    token = nextFakeToken(token, prompt.length + tokens.length - 1, fakeLayers);
    tokens.push(token);
  }
  return tokens;
}

export type Outcome = {
  readonly tokens: number[];
  readonly done: Extract<GenerationEvent, { type: 'done' }> | undefined;
  readonly error: AppError | undefined;
};

/** Collects the events of a generation to its end. */
export async function collect(events: AsyncIterable<GenerationEvent>): Promise<Outcome> {
  const tokens: number[] = [];
  let done: Outcome['done'];
  try {
    for await (const event of events) {
      if (event.type === 'token') {
        tokens.push(event.token);
      } else {
        done = event;
      }
    }
    return { tokens, done, error: undefined };
  } catch (error) {
    return { tokens, done, error: error as AppError };
  }
}
