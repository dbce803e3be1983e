/**
 * The node's end of an engine process: starts it, loads a model into it, sends it segments, and notices when it dies.
 * An engine is one loaded shard; to load another one, start another engine.
 */
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Compute, DeviceMemory } from '../../../src-shared/compute.ts';
import { AppError, missingCase } from '../../../src-shared/errors.ts';
import type { ComputeShare } from '../../../src-shared/compute-share.ts';
import { Child, type ChildExit, type StartFailure } from '../../../src-shared/process/child.ts';
import { RpcClient } from '../../../src-shared/rpc/client.ts';
import type { MethodName, Params, Result } from '../../../src-shared/rpc/contract.ts';
import { FrameLink, linkLimits, nodeInputLimits } from '../../wire/frame-link.ts';
import {
  type EngineApi,
  engineApi,
  engineKinds,
  engineLinkDescriptor,
  enginePulseDescriptor,
  type LoadParameters,
  type LoadResult,
  type MemoryReport,
  type OpenParameters,
  type OpenResult,
  pulseSchema,
  type Vocabulary,
} from '../../wire/engine-messages.ts';
import type { Frame } from '../../wire/frame.ts';
import { parseJson } from '../../wire/json-body.ts';
import { takesTokens } from '../../wire/stage-role.ts';
import {
  decodeSegment,
  encodeSegment,
  type Segment,
  segmentHeaderBytes,
} from '../../wire/segment.ts';
import { engineOutput, endOfEngine } from './engine-end.ts';
import { EngineWatch, watchEngineEveryMs } from './engine-watch.ts';

export type EngineEvents = {
  /** The process runs, but has not loaded its model yet. */
  readonly onSpawn?: (pid: number) => void;
  /** Called with results: hidden states, or a sampled token from a session over the model's last layer. */
  readonly onOutput: (segment: Segment) => void;
  /** The engine failed on a session and closed it. */
  readonly onSessionFailed: (session: number, error: AppError) => void;
  /** The engine ended without having been asked to. Waiting requests reject with the same error. */
  readonly onExit: (error: AppError) => void;
  readonly onLog?: (level: string, message: string) => void;
};

export type EngineOptions = {
  /** The engine's script; by default the one beside this file. */
  readonly entry?: string;
  /** How long loading may take. A model on a slow disk is read at some 100 MB a second. */
  readonly loadMilliseconds?: number;
  /** Aborting it ends the engine while it loads. */
  readonly signal?: AbortSignal;
};

/** What an engine process is started for. */
type EngineTask = {
  /** The process and what it does at first, as the first words of sentences. */
  readonly name: string;
  readonly loading: string;
  readonly takesTokens: boolean;
  /** Resolves once the engine is ready. */
  readonly prepare: () => Promise<void>;
};

/** Default deadline of a load, an hour: only a load that hangs takes as long. */
const defaultLoadMilliseconds = 3_600_000;
/** How long an engine that was asked to end may take before it is killed; it ends between two batches. */
const stopMilliseconds = 3_000;

export class EngineClient {
  readonly #child: Child;
  readonly #link: FrameLink;
  readonly #events: EngineEvents;
  /** For sentences: "The engine for FILE". */
  readonly #name: string;
  readonly #rpc: RpcClient<EngineApi>;
  readonly #watch = new EngineWatch(performance.now());
  readonly #watching: NodeJS.Timeout;
  readonly #exited: Promise<void>;
  readonly #takesTokens: boolean;
  #description: LoadResult | undefined;
  /** Whether the start has succeeded; before that, an early end makes the start reject and causes no event. */
  #isReady = false;
  #state: 'running' | 'stopping' | 'exited' = 'running';

  /**
   * Starts an engine and loads a model into it.
   * @throws AppError of the engine when it refuses the model, `engine-died` when it ends before it is ready,
   * `timed-out` after the deadline, `cancelled` by the signal. No process is left in any of these cases.
   */
  static async start(
    parameters: LoadParameters,
    events: EngineEvents,
    options: EngineOptions = {},
  ): Promise<EngineClient> {
    const task: EngineTask = {
      name: `The engine for ${parameters.path}`,
      loading: `Loading ${parameters.path}`,
      takesTokens: takesTokens(parameters.role),
      prepare: () => client.#load(parameters),
    };
    const client: EngineClient = new EngineClient(task, events, options);
    await client.#becomeReady(options.signal);
    return client;
  }

  /**
   * What there is to compute on in this machine, told by an engine process that loads no model and then ends.
   * @throws AppError as `start` does
   */
  static async devices(backend: 'auto' | 'cpu', options: EngineOptions = {}): Promise<Compute> {
    let found: Compute | undefined;
    const task: EngineTask = {
      name: 'The engine that looks for graphics devices',
      loading: 'Looking for graphics devices',
      takesTokens: false,
      prepare: async () => void (found = await client.#call('devices', { backend })),
    };
    const noEvents = { onOutput: () => {}, onSessionFailed: () => {}, onExit: () => {} };
    const client: EngineClient = new EngineClient(task, noEvents, options);
    await client.#becomeReady(options.signal);
    // Devices of some drivers end slowly; nothing is lost with this process.
    await client.kill();
    return found ?? { backend: 'cpu', devices: [] };
  }

  private constructor(task: EngineTask, events: EngineEvents, options: EngineOptions) {
    const loadMilliseconds = options.loadMilliseconds ?? defaultLoadMilliseconds;
    this.#events = events;
    this.#name = task.name;
    this.#takesTokens = task.takesTokens;
    this.#child = new Child({
      name: task.name,
      command: process.execPath,
      args: [options.entry ?? defaultEntry()],
      links: ['overlapped', 'pipe'],
      ownGroup: false,
      // Without this setting, llama.cpp would search for a debugger to attach when it aborts.
      environment: { GGML_NO_BACKTRACE: '1' },
      readyWithinMs: loadMilliseconds,
      stopWithinMs: stopMilliseconds,
      whenReady: () => task.prepare(),
      // The engine ends by itself when its link does.
      askToStop: () => this.#link.end(),
      output: engineOutput(events.onLog),
      startError: (failure) => startError(task, loadMilliseconds, failure),
    });
    if (this.#child.pid !== undefined) {
      events.onSpawn?.(this.#child.pid);
    }
    const { stdio } = this.#child.process;
    this.#listenToPulse(stdio[enginePulseDescriptor] as Socket);
    this.#watching = setInterval(() => this.#endIfHung(), watchEngineEveryMs).unref();
    this.#exited = this.#child.exited.then((exit) => this.#onExit(exit));
    this.#link = new FrameLink(stdio[engineLinkDescriptor] as Socket, nodeInputLimits, {
      onFrame: (frame) => this.#onFrame(frame),
      onEnd: (error) => {
        if (error !== undefined) {
          this.#killForViolation(error.message);
        }
      },
    });
    this.#rpc = new RpcClient({
      contract: engineApi,
      server: 'the engine',
      send: (message) => this.#link.sendJson(engineKinds.request, message),
      ended: (cause) => (cause instanceof AppError ? cause : this.#gone()),
      notices: {
        sessionFailed: ({ session, error }) =>
          events.onSessionFailed(session, AppError.fromReport(error)),
      },
      onBadMessage: (problem) => this.#killForViolation(problem),
    });
  }

  get description(): LoadResult {
    if (this.#description === undefined) {
      throw new AppError('not-running', `${this.#name} has not loaded its model yet.`);
    }
    return this.#description;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws AppError `request-invalid`, `over-capacity`, `engine-died` */
  async open(parameters: OpenParameters): Promise<OpenResult> {
    return await this.#call('open', parameters);
  }

  /** Tells a session which tokens were generated so far; a session that cannot take them fails. */
  async restoreHistory(session: number, generated: readonly number[]): Promise<void> {
    await this.#call('restoreHistory', { session, generated: [...generated] });
  }

  /** Ends a session but leaves its first tokens in the cache; `close` frees them. */
  async retain(session: number, tokens: number): Promise<void> {
    await this.#call('retain', { session, tokens });
  }

  /** Ends a session and drops its waiting segments. Never fails for a session that has ended already. */
  async close(session: number): Promise<void> {
    await this.#call('close', { session });
  }

  /** Sets how much the engine computes from now on. A newly loaded engine computes without limit. */
  async setComputeShare(share: ComputeShare): Promise<void> {
    await this.#call('computeShare', share);
  }

  async tokenize(text: string, parseSpecial: boolean): Promise<number[]> {
    return await this.#call('tokenize', { text, parseSpecial });
  }

  async vocabulary(): Promise<Vocabulary> {
    return await this.#call('vocabulary', {});
  }

  /** What the engine's devices have free, by their drivers. */
  async deviceMemory(): Promise<DeviceMemory> {
    return await this.#call('deviceMemory', {});
  }

  async report(): Promise<MemoryReport> {
    return await this.#call('report', {});
  }

  /**
   * Sends a segment: tokens (to a whole or first shard) or hidden states (to a middle or last one). It is dropped when the
   * engine has ended. Segments of a session stay in order; the values are not copied and must not change afterwards.
   * @throws AppError `request-invalid` when the segment is too long for one frame
   */
  send(segment: Omit<Segment, 'detail'>): void {
    if (segment.values.byteLength > linkLimits.segmentBytes - segmentHeaderBytes) {
      throw new AppError(
        'request-invalid',
        `A segment of ${segment.values.byteLength} bytes is more than the ${linkLimits.segmentBytes} of a frame; cut it.`,
      );
    }
    const kind = this.#takesTokens ? engineKinds.tokens : engineKinds.hidden;
    this.#link.send(kind, ...encodeSegment(segment));
  }

  /** Whether the engine reads more slowly than `send` is called; wait for `drained` before sending more. */
  get isCongested(): boolean {
    return this.#link.isCongested;
  }

  drained(): Promise<void> {
    return this.#link.drained();
  }

  /** Stops reading results, so that a slow consumer slows the engine down. */
  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  /** Asks the engine to end, waits a moment, then kills it. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#isToEnd();
    await this.#child.stop();
    await this.#exited;
  }

  /** Kills the engine, which frees its memory at once. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#isToEnd();
    this.#child.kill();
    await this.#exited;
  }

  #isToEnd(): void {
    if (this.#state === 'running') {
      this.#state = 'stopping';
    }
  }

  /** @throws AppError; no process is left then */
  async #becomeReady(signal = new AbortController().signal): Promise<void> {
    try {
      await this.#child.becomeReady(signal);
      this.#isReady = true;
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  async #load(parameters: LoadParameters): Promise<void> {
    this.#description = await this.#call('load', parameters);
    this.#watch.loaded(this.#description.backend !== 'cpu', performance.now());
  }

  async #call<N extends MethodName<EngineApi>>(
    method: N,
    params: Params<EngineApi, N>,
  ): Promise<Result<EngineApi, N>> {
    if (this.#state !== 'running') {
      throw this.#gone();
    }
    return await this.#rpc.call(method, params);
  }

  #gone(): AppError {
    return new AppError('engine-died', `${this.#name} is not running any more.`);
  }

  #onFrame({ kind, body }: Frame): void {
    switch (kind) {
      case engineKinds.hidden:
        this.#events.onOutput(decodeSegment(body, this.description.width * 4));
        return;
      case engineKinds.sampled:
        this.#events.onOutput(decodeSegment(body, 4));
        return;
      default:
        this.#rpc.receive(parseJson(body, "An engine's reply"));
    }
  }

  /** Kills an engine that sent an invalid message: its state cannot be trusted any more. */
  #killForViolation(problem: string): void {
    this.#child.kill(`sent an invalid message and was ended: ${problem}`);
  }

  #listenToPulse(pipe: Socket): void {
    pipe.on('error', () => {});
    createInterface({ input: pipe }).on('line', (line) => {
      const pulse = pulseSchema.safeParse(readJson(line)).data;
      if (pulse !== undefined) {
        this.#watch.hear(pulse, performance.now());
      }
    });
  }

  /** Kills an engine that hangs: a stopped process, or a driver call that never returns, would block its sessions for ever. */
  #endIfHung(): void {
    const hang = this.#watch.hang(performance.now());
    if (hang !== undefined) {
      this.#child.kill(`${hang} and was ended`);
    }
  }

  #onExit(exit: ChildExit): void {
    clearInterval(this.#watching);
    const wasAsked = this.#state === 'stopping';
    this.#state = 'exited';
    const error = endOfEngine(this.#name, exit);
    this.#rpc.close(error);
    if (!wasAsked && this.#isReady) {
      this.#events.onExit(error);
    }
  }
}

function startError(
  { name, loading }: EngineTask,
  loadMilliseconds: number,
  failure: StartFailure,
): AppError {
  switch (failure.kind) {
    case 'ended':
      return endOfEngine(name, failure.exit);
    case 'late':
      return new AppError('timed-out', `${loading} took longer than ${loadMilliseconds} ms.`);
    case 'cancelled':
      return new AppError('cancelled', `${loading} was cancelled.`);
    default:
      return missingCase(failure);
  }
}

/** The engine's script, in the form in which this code runs: compiled (also seen from bundled/) or as source. */
function defaultEntry(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../engine/engine.${extension}`, import.meta.url));
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
