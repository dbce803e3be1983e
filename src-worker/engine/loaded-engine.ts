/** An engine with a loaded model: serves requests, and passes segments to the decoder. */
import type { z } from 'zod';
import { AppError, toAppError } from '../../src-shared/errors.ts';
import type { DeviceMemory } from '../../src-shared/compute.ts';
import type { ComputeShare } from '../../src-shared/compute-share.ts';
import {
  engineKinds,
  type loadParametersSchema,
  type LoadResult,
  type MemoryReport,
} from '../wire/engine-messages.ts';
import { decodeSegment, encodeSegment, type Segment, segmentHeaderBytes } from '../wire/segment.ts';
import { Decoder } from './decoder.ts';
import type { FrameLink } from '../wire/frame-link.ts';
import { type Library, openLibrary } from './llama/library.ts';
import { deviceMemory } from './llama/devices.ts';
import { memoryReport } from './llama/memory-report.ts';
import { Model } from './llama/model.ts';
import type { PulseThread } from './pulse/pulse.ts';
import { Shard } from './llama/shard.ts';
import { Tokenizer } from './llama/tokenizer.ts';
import { threadsFor } from './idle-time.ts';

type Parameters = z.output<typeof loadParametersSchema>;

/** The engine stops reading while more bytes of segments wait than this, and continues below half of it. */
const mostQueuedBytes = 128 * 1024 * 1024;

export type LoadedEngineOptions = {
  /** The link for output, which is not read while too much input waits for the decoder. */
  readonly link: FrameLink;
  readonly pulse: PulseThread;
  /** Called when a session has failed; the engine continues. */
  readonly onSessionFailed: (session: number, error: AppError) => void;
};

export class LoadedEngine {
  readonly #library: Library;
  readonly #model: Model;
  readonly #parameters: Parameters;
  readonly #link: FrameLink;
  readonly #tokenizer: Tokenizer;
  /** Undefined when only the vocabulary is loaded. */
  readonly #computing: { shard: Shard; decoder: Decoder } | undefined;
  #isReading = true;

  /** Loads a model, a shard or a vocabulary. @throws AppError `engine-release-mismatch` or `engine-load-failed` */
  static async load(
    parameters: Parameters,
    { link, pulse, onSessionFailed }: LoadedEngineOptions,
  ): Promise<LoadedEngine> {
    const { path, vocabularyOnly, withoutWeights, backend } = parameters;
    const computes = !vocabularyOnly && !withoutWeights;
    const library = await openLibrary(computes ? backend : 'cpu');
    const loaded = computes
      ? await Shard.load(library, path, parameters)
      : await Model.load(library, path, withoutWeights ? 'all but weights' : 'vocabulary');
    return new LoadedEngine(library, loaded, parameters, { link, pulse, onSessionFailed });
  }

  private constructor(
    library: Library,
    loaded: Model | Shard,
    parameters: Parameters,
    { link, pulse, onSessionFailed }: LoadedEngineOptions,
  ) {
    this.#library = library;
    this.#parameters = parameters;
    this.#link = link;
    this.#model = loaded instanceof Shard ? loaded.model : loaded;
    this.#tokenizer = new Tokenizer(library.llama, this.#model);
    if (loaded instanceof Shard) {
      const decoder = new Decoder(library.llama, loaded, parameters.maxSessions, {
        onOutput: (segment, kind) => link.send(engineKinds[kind], ...encodeSegment(segment)),
        onSessionFailed,
        congestion: () => (link.isUnwritten ? link.drained() : undefined),
        onProgress: () => this.#resumeReading(),
        onBatch: (tokens) => pulse.batch(tokens),
      });
      this.#computing = { shard: loaded, decoder };
    }
  }

  description(): LoadResult {
    return {
      llamaRelease: this.#library.release,
      backend: this.#model.devices.length === 0 ? 'cpu' : this.#library.backend,
      architecture: this.#model.architecture,
      layers: this.#model.layers,
      width: this.#model.width,
      vocabularySize: this.#model.vocabularySize,
      contextLength: this.#computing?.shard.contextLength ?? 0,
      maxSessions: this.#computing === undefined ? 0 : this.#parameters.maxSessions,
      memory: memoryReport(this.#library, this.#model),
    };
  }

  get tokenizer(): Tokenizer {
    return this.#tokenizer;
  }

  /** @throws AppError `request-invalid` where only the vocabulary is loaded */
  get decoder(): Decoder {
    return (this.#computing ?? this.#onlyVocabulary('request-invalid')).decoder;
  }

  deviceMemory(): DeviceMemory {
    return deviceMemory(this.#library, this.#model.devices);
  }

  memory(): MemoryReport {
    return memoryReport(this.#library, this.#model);
  }

  /** @throws AppError `request-invalid` where only the vocabulary is loaded */
  setComputeShare({ workShare, cpuShare }: ComputeShare): void {
    const { shard, decoder } = this.#computing ?? this.#onlyVocabulary('request-invalid');
    shard.useThreads(threadsFor(this.#parameters.threads, cpuShare));
    decoder.setWorkShare(workShare);
  }

  /**
   * Takes the frame of a segment. An invalid one ends its session only.
   * @throws AppError `protocol-violation` when the frame is too short to contain its session
   */
  onSegment(kind: number, body: Buffer): void {
    const { shard, decoder } = this.#computing ?? this.#onlyVocabulary('protocol-violation');
    let segment: Segment;
    try {
      if (kind !== (shard.takesTokens ? engineKinds.tokens : engineKinds.hidden)) {
        throw new AppError(
          'protocol-violation',
          `A ${shard.role} shard takes no segment of kind ${kind}.`,
        );
      }
      segment = decodeSegment(body, shard.inputBytesPerToken);
    } catch (error) {
      if (body.byteLength < segmentHeaderBytes) {
        throw error;
      }
      decoder.fail(body.readUInt32LE(0), toAppError(error));
      return;
    }
    decoder.push(segment);
    if (this.#isReading && decoder.queuedBytes > mostQueuedBytes) {
      this.#isReading = false;
      this.#link.pause();
    }
  }

  dispose(): void {
    this.#computing?.decoder.dispose();
    (this.#computing?.shard ?? this.#model).dispose();
    this.#library.llama.backendFree();
  }

  #resumeReading(): void {
    if (!this.#isReading && (this.#computing?.decoder.queuedBytes ?? 0) < mostQueuedBytes / 2) {
      this.#isReading = true;
      this.#link.resume();
    }
  }

  #onlyVocabulary(code: 'request-invalid' | 'protocol-violation'): never {
    throw new AppError(code, 'This engine has only the vocabulary of its model.');
  }
}
