/**
 * One session on one stage: opened by a coordinator, connected to the stages around it, and ended by the first of them that
 * closes or fails. An error ends this session alone, and every peer of the chain is told the same reason.
 */
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import type { Frame } from '../../../wire/frame.ts';
import { encodeJson } from '../../../wire/json-body.ts';
import type { ServingShard, ShardSession } from '../../engines/serving-shard.ts';
import type { Claimant } from '../../engines/session-places.ts';
import type { Channel, ChannelOpener } from '../../mesh/channels/channel.ts';
import { isRefusal } from '../asking/chain-failure.ts';
import { CoordinatorLine } from './coordinator-line.ts';
import { checkOpen } from './open-check.ts';
import { StageAccount } from './stage-account.ts';
import {
  dispatch,
  type Handlers,
  inputPlace,
  limitsAt,
  stageKinds,
} from '../protocol/message-table.ts';
import {
  attachWithinMs,
  type ClosedMessage,
  type FailedMessage,
  formerClosedNames,
  formerOpenedNames,
  type OpenedMessage,
  type OpenMessage,
  silenceLimitMs,
  stageProtocol,
} from '../protocol/stage-messages.ts';
import { StagePipeline } from './stage-pipeline.ts';
import { ownSpeaks } from '../../../wire/speaks.ts';
import { feedsItself } from '../../../wire/stage-role.ts';

/** How long to wait for the coordinator's own end after a neighbour ended in order, in milliseconds. */
const hearEndWithinMs = 250;

/** The addresses at which a stage may dial a peer that a requester named; none: only an existing connection may be used. */
export type AddressesFor = (requester: string, peer: string) => readonly string[];

export type StageSessionOptions = {
  readonly open: OpenMessage;
  readonly control: Channel;
  /** The owner or peer for which the session runs. */
  readonly claimant: Claimant;
  readonly shard: ServingShard;
  readonly opener: ChannelOpener;
  readonly addressesFor: AddressesFor;
  /** Signs this node's account of the session; absent: the account is not signed. */
  readonly key?: SigningKey | undefined;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Called once, when the session has freed everything that it took. */
  readonly onEnd: (session: StageSession, error: AppError | undefined) => void;
};

export class StageSession {
  readonly open: OpenMessage;
  readonly shard: ServingShard;
  readonly account = new StageAccount();
  readonly #options: StageSessionOptions;
  readonly #control: Channel;
  readonly #coordinator: CoordinatorLine;
  readonly #ending = new AbortController();
  readonly #startedAt: number;
  #heardAt: number;
  #engine: ShardSession | undefined;
  /** How many tokens to leave in the cache when the session ends in order. */
  #retained = 0;
  #isDraining = false;
  /** Ends the session when the coordinator's own end does not follow a neighbour's. */
  #losing: NodeJS.Timeout | undefined;
  #input: Channel | undefined;
  #output: Channel | undefined;
  /** Defined while the session is open. */
  #pipeline: StagePipeline | undefined;

  readonly #fromCoordinator: Handlers<'control'> = {
    tokens: (body) => this.#openPipeline().takeTokens(body),
    alive: () => {
      const progress = this.#pipeline?.progress ?? { taken: 0, pending: 0 };
      void this.#coordinator.replyAlive(progress);
    },
    retain: ([tokens = 0]) => {
      this.#retained = this.#isDraining ? 0 : this.#openPipeline().within(tokens);
    },
    restoreHistory: (tokens) => {
      this.#openPipeline().takeHistory(tokens);
      void this.#coordinator.tell(stageKinds.restoreHistory);
    },
  };
  readonly #fromBefore: Handlers<'hiddenInput'> = {
    hidden: (body) => this.#openPipeline().takeHidden(body),
    failed: (message) => this.#onNeighbourFailed(message, this.#input?.peer),
  };
  readonly #fromLast: Handlers<'tokenInput'> = {
    sampled: (body) => this.#openPipeline().takeSampled(body),
    failed: (message) => this.#onNeighbourFailed(message, this.#input?.peer),
  };

  constructor(options: StageSessionOptions) {
    this.#options = options;
    this.open = options.open;
    this.shard = options.shard;
    this.#control = options.control;
    this.#coordinator = new CoordinatorLine(options.control, options.open.speaks, (error) =>
      this.fail(error),
    );
    this.#startedAt = options.now();
    this.#heardAt = this.#startedAt;
    options.control.allow(limitsAt('control'));
    options.control.onClose((error) => this.#onControlClosed(error));
  }

  get requester(): string {
    return this.#control.peer;
  }

  /** Opens the engine's session and the channel to the next stage, then sends `opened` to the coordinator. */
  async start(): Promise<void> {
    try {
      checkOpen(this.open, this.shard.role);
      const [engine] = await Promise.all([this.#openEngine(), this.#openOutput()]);
      if (this.#hasEnded) {
        return;
      }
      this.#pipeline = new StagePipeline({
        open: this.open,
        shard: this.shard,
        engine,
        account: this.account,
        now: this.#options.now,
        toCoordinator: (kind, ...parts) => this.#coordinator.tell(kind, ...parts),
        toNext: (kind, ...parts) => this.#pass(kind, ...parts),
        onFailed: (error) => this.fail(error),
      });
      const opened: OpenedMessage = {
        speaks: ownSpeaks,
        freeSessions: this.shard.freeSessions(),
        cachedTokens: engine.cachedTokens,
      };
      this.#coordinator.tellNamed(stageKinds.opened, opened, formerOpenedNames);
      if (this.#isDraining) {
        void this.#coordinator.tell(stageKinds.draining);
      }
    } catch (error) {
      this.fail(toAppError(error));
    }
  }

  /**
   * Takes the data channel of the stage before, which has shown its ticket.
   * @throws AppError `protocol-violation` when there is one already; the session continues
   */
  attach(channel: Channel): void {
    if (this.#input !== undefined) {
      throw new AppError('protocol-violation', 'A channel with this ticket is attached already');
    }
    this.#input = channel;
    channel.excuse();
    channel.allow(limitsAt(inputPlace(this.shard.role), this.shard.width));
    channel.onClose((error) => this.#lose(channel.peer, error));
  }

  onControlFrame(frame: Frame): void {
    this.#heardAt = this.#options.now();
    void this.#guarded(() => dispatch('control', frame, this.#fromCoordinator), this.#control);
  }

  onInputFrame(frame: Frame): void | Promise<void> {
    return this.#guarded(() =>
      inputPlace(this.shard.role) === 'tokenInput'
        ? dispatch('tokenInput', frame, this.#fromLast)
        : dispatch('hiddenInput', frame, this.#fromBefore),
    );
  }

  /** Tells the coordinator that this stage leaves soon. */
  drain(): void {
    this.#isDraining = true;
    // A coordinator takes `draining` only after `opened`, right after which it is sent in that case.
    if (!this.#hasEnded && this.#pipeline !== undefined) {
      void this.#coordinator.tell(stageKinds.draining);
    }
  }

  /** Called every second: ends the session when the stage before or the coordinator was silent for too long. */
  checkTime(now: number): void {
    const needsInput = this.open.inputTicket !== null && this.#input === undefined;
    if (needsInput && now - this.#startedAt > attachWithinMs) {
      this.fail(new AppError('timed-out', 'The stage before it did not attach in time'));
    } else if (now - this.#heardAt > silenceLimitMs) {
      this.fail(new AppError('timed-out', 'The coordinator went silent'));
    }
  }

  /** Ends the session with an error that every peer of the chain is told. `peer` is the one at fault. */
  fail(error: AppError, peer: string = this.#options.opener.peer): void {
    if (this.#hasEnded) {
      return;
    }
    const told = this.#coordinator.inItsCodes({ ...error.toReport(), peer });
    const body = encodeJson(told);
    for (const channel of [this.#control, this.#output, this.#input]) {
      void channel?.send(stageKinds.failed, body);
    }
    this.#end(error);
  }

  get #hasEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  async #openEngine(): Promise<ShardSession> {
    const { sampling, lastPosition, sequenceTokens, cells, generated, resume } = this.open;
    const engine = await this.shard.openSession(
      {
        sampling: sampling ?? undefined,
        selfFeedUntil: feedsItself(this.shard.role) ? lastPosition : undefined,
        sequenceTokens,
        cells,
        claimant: this.#options.claimant,
        generated,
        resume: resume && { name: this.#prefixName(resume.session), tokens: resume.tokens },
      },
      {
        onOutput: (output) => this.#guarded(() => this.#pipeline?.takeOutput(output)),
        onFailed: (error) => this.fail(error),
      },
    );
    this.#engine = engine;
    if (this.#hasEnded) {
      engine.close();
    }
    return engine;
  }

  async #openOutput(): Promise<void> {
    const { output, session } = this.open;
    if (output === null) {
      return;
    }
    const { peer, ticket } = output;
    const fromNext: Handlers<'output'> = {
      failed: (message) => this.#onNeighbourFailed(message, peer),
    };
    const { opener, addressesFor } = this.#options;
    try {
      const { signal } = this.#ending;
      const addresses = addressesFor(this.requester, peer);
      const channel = await opener.openChannel(
        peer,
        stageProtocol,
        limitsAt('output'),
        signal,
        addresses,
      );
      this.#output = channel;
      // A coordinator that opens two stages differently makes each look to the other as if it broke the protocol.
      channel.excuse();
      channel.onFrame((frame) => this.#guarded(() => dispatch('output', frame, fromNext)));
      channel.onClose((error) => this.#lose(peer, error));
      if (this.#hasEnded) {
        await channel.close();
      } else {
        await channel.send(stageKinds.attach, encodeJson({ session, ticket }));
      }
    } catch (cause) {
      // The exact error would tell a stranger about networks that only this node can see.
      const isOwn = this.requester === opener.peer;
      const told = 'Its connection to the next stage could not be made';
      this.fail(isOwn ? toAppError(cause) : new AppError('peer-failed', told, { cause }), peer);
    }
  }

  /** Takes a neighbour's `failed`, the only message except segments that it may send. */
  #onNeighbourFailed({ code, message, peer }: FailedMessage, neighbour: string | undefined): void {
    // A stage that refuses the request tells the coordinator itself, which does not believe it from others.
    const told = isRefusal({ code }) ? 'peer-failed' : code;
    this.fail(new AppError(told, message), peer ?? neighbour);
  }

  #openPipeline(): StagePipeline {
    if (this.#pipeline === undefined) {
      throw new AppError('protocol-violation', 'A segment came before the session was open');
    }
    return this.#pipeline;
  }

  /**
   * Runs `act`; an error ends the session. `culprit` is the channel whose peer is at fault for certain when a rule was
   * broken. A neighbour never is: the coordinator may have told it something wrong.
   */
  #guarded<T>(act: () => T, culprit?: Channel): T | undefined {
    if (this.#hasEnded) {
      return undefined;
    }
    try {
      return act();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'protocol-violation') {
        culprit?.blame(error);
      }
      this.fail(error);
      return undefined;
    }
  }

  #onControlClosed(error: AppError | undefined): void {
    if (error === undefined && !this.#hasEnded) {
      this.#coordinator.tellNamed(stageKinds.closed, this.#lastWord(), formerClosedNames);
      if (this.#retained > 0) {
        this.#engine?.retain(this.#prefixName(this.open.session), this.#retained);
      }
    }
    this.#end(undefined);
  }

  #lastWord(): ClosedMessage {
    const { key } = this.#options;
    if (key === undefined) {
      return this.account.toMessage();
    }
    const work = {
      open: this.open,
      requester: this.requester,
      fromPosition: this.#engine?.cachedTokens ?? 0,
      toPosition: this.#pipeline?.progress.taken ?? 0,
    };
    return this.account.toSignedMessage(work, key, Date.now());
  }

  /** The name of a cached prefix, with its requester in it: no other peer may resume it. */
  #prefixName(session: string): string {
    return `${this.requester} ${session}`;
  }

  async #pass(kind: number, ...parts: readonly Uint8Array[]): Promise<void> {
    const output = this.#output;
    try {
      await output?.send(kind, ...parts);
    } catch {
      this.#lose(output?.peer);
    }
  }

  /** A neighbour's channel ended. `cause`, an error of its own, says more than that the connection is lost. */
  #lose(peer: string | undefined, cause?: AppError): void {
    const lost = new AppError('peer-failed', 'Its connection to a neighbouring stage was lost');
    const reason = cause?.code === 'protocol-violation' ? cause : lost;
    if (cause === undefined) {
      // The neighbour closed in order: the coordinator ends all stages at once, and its own end follows in a moment.
      this.#losing ??= setTimeout(() => this.fail(reason, peer), hearEndWithinMs).unref();
    } else {
      this.fail(reason, peer);
    }
  }

  #end(error: AppError | undefined): void {
    if (this.#hasEnded) {
      return;
    }
    clearTimeout(this.#losing);
    this.#ending.abort();
    this.#pipeline?.end();
    this.#engine?.close();
    for (const channel of [this.#control, this.#output, this.#input]) {
      void channel?.close();
      // This session no longer counts against the limits, so it must not buffer frames that still come.
      channel?.ignore();
    }
    this.#options.onEnd(this, error);
  }
}
