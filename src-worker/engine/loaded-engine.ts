/** An engine that has its model: answers requests and takes work. */
import type { z } from 'zod';
import { AppError, missingCase, toAppError } from '../../src-shared/errors.ts';
import type { ComputeShare } from '../../src-shared/compute-share.ts';
import {
  engineKinds,
  type EngineRequest,
  type loadParametersSchema,
  type LoadResult,
} from '../wire/engine-messages.ts';
import { decodeWork, encodeWork, type Work, workHeaderBytes } from '../wire/work.ts';
import { Decoder } from './decoder.ts';
import type { FrameLink } from '../wire/frame-link.ts';
import { type Library, openLibrary } from './llama/library.ts';
import { memoryReport } from './llama/memory-report.ts';
import { Model } from './llama/model.ts';
import type { PulseThread } from './pulse/pulse.ts';
import { Shard } from './llama/shard.ts';
import { Tokenizer } from './llama/tokenizer.ts';
import { threadsFor } from './idle-time.ts';

type Parameters = z.output<typeof loadParametersSchema>;

/** The engine stops reading while so much work waits, and goes on reading at half of it. */
const mostQueuedBytes = 128 * 1024 * 1024;

export class LoadedEngine {
  readonly #library: Library;
  readonly #model: Model;
  readonly #parameters: Parameters;
  readonly #link: FrameLink;
  readonly #tokenizer: Tokenizer;
  /** Absent when only the vocabulary is loaded. */
  readonly #work: { shard: Shard; decoder: Decoder } | undefined;
  #isReading = true;

  /** @throws AppError `engine-release-mismatch` or `engine-load-failed` */
  static async load(
    parameters: Parameters,
    link: FrameLink,
    pulse: PulseThread,
  ): Promise<LoadedEngine> {
    const { path, vocabularyOnly, withoutWeights, backend } = parameters;
    const computes = !vocabularyOnly && !withoutWeights;
    const library = await openLibrary(computes ? backend : 'cpu');
    const loaded = computes
      ? await Shard.load(library, path, parameters)
      : await Model.load(library, path, withoutWeights ? 'all but weights' : 'vocabulary');
    return new LoadedEngine(library, loaded, parameters, link, pulse);
  }

  private constructor(
    library: Library,
    loaded: Model | Shard,
    parameters: Parameters,
    link: FrameLink,
    pulse: PulseThread,
  ) {
    this.#library = library;
    this.#parameters = parameters;
    this.#link = link;
    this.#model = loaded instanceof Shard ? loaded.model : loaded;
    this.#tokenizer = new Tokenizer(library.llama, this.#model);
    if (loaded instanceof Shard) {
      const decoder = new Decoder(library.llama, loaded, parameters.maxSessions, {
        onOutput: (work, kind) => link.send(engineKinds[kind], ...encodeWork(work)),
        onSessionFailed: (session, error) =>
          link.sendJson(engineKinds.sessionFailed, { session, error: error.toReport() }),
        congestion: () => (link.isUnwritten ? link.drained() : undefined),
        onProgress: () => this.#resumeReading(),
        onBatch: (tokens) => pulse.batch(tokens),
      });
      this.#work = { shard: loaded, decoder };
    }
  }

  description(): LoadResult {
    return {
      llamaRelease: this.#library.release,
      backend: this.#library.backend,
      architecture: this.#model.architecture,
      layers: this.#model.layers,
      width: this.#model.width,
      vocabularySize: this.#model.vocabularySize,
      contextLength: this.#work?.shard.contextLength ?? 0,
      maxSessions: this.#work === undefined ? 0 : this.#parameters.maxSessions,
      memory: memoryReport(this.#library, this.#model),
    };
  }

  /** @throws AppError for the node, see the methods' own */
  perform(request: Exclude<EngineRequest, { method: 'load' }>): unknown {
    switch (request.method) {
      case 'open':
        return { cachedTokens: this.#decoder().open(request.params) };
      case 'restoreHistory':
        this.#decoder().restoreHistory(request.params.session, request.params.generated);
        return {};
      case 'retain':
        this.#decoder().retain(request.params.session, request.params.tokens);
        return {};
      case 'close':
        this.#decoder().close(request.params.session);
        return {};
      case 'tokenize':
        return this.#tokenizer.tokenize(request.params.text, request.params.parseSpecial);
      case 'vocabulary':
        return this.#tokenizer.vocabulary();
      case 'computeShare':
        this.#setComputeShare(request.params);
        return {};
      case 'report':
        return memoryReport(this.#library, this.#model);
      default:
        return missingCase(request);
    }
  }

  /**
   * Takes a work frame; what is wrong with it is its session's problem.
   * @throws AppError `protocol-violation` when not even the session can be read
   */
  onWork(kind: number, body: Buffer): void {
    const { shard, decoder } = this.#work ?? this.#onlyVocabulary('protocol-violation');
    let work: Work;
    try {
      if (kind !== (shard.takesTokens ? engineKinds.tokens : engineKinds.hidden)) {
        throw new AppError(
          'protocol-violation',
          `A ${shard.role} shard takes no work of kind ${kind}.`,
        );
      }
      work = decodeWork(body, shard.inputBytesPerToken);
    } catch (error) {
      if (body.byteLength < workHeaderBytes) {
        throw error;
      }
      decoder.fail(body.readUInt32LE(0), toAppError(error));
      return;
    }
    decoder.push(work);
    if (this.#isReading && decoder.queuedBytes > mostQueuedBytes) {
      this.#isReading = false;
      this.#link.pause();
    }
  }

  dispose(): void {
    this.#work?.decoder.dispose();
    (this.#work?.shard ?? this.#model).dispose();
    this.#library.llama.backendFree();
  }

  #setComputeShare({ workShare, cpuShare }: ComputeShare): void {
    const { shard, decoder } = this.#work ?? this.#onlyVocabulary('request-invalid');
    shard.useThreads(threadsFor(this.#parameters.threads, cpuShare));
    decoder.setWorkShare(workShare);
  }

  #resumeReading(): void {
    if (!this.#isReading && (this.#work?.decoder.queuedBytes ?? 0) < mostQueuedBytes / 2) {
      this.#isReading = true;
      this.#link.resume();
    }
  }

  #decoder(): Decoder {
    return (this.#work ?? this.#onlyVocabulary('request-invalid')).decoder;
  }

  #onlyVocabulary(code: 'request-invalid' | 'protocol-violation'): never {
    throw new AppError(code, 'This engine has only the vocabulary of its model.');
  }
}
