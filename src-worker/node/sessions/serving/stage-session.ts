/**
 * The life of one session on one stage: opened by a coordinator, linked to the stages around it, and ended
 * by the first of them that closes or fails. Whatever goes wrong ends this session alone, and every peer in
 * the chain is told the same reason.
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

/** From a neighbour's orderly end to the coordinator's own word, in milliseconds. */
const hearEndWithinMs = 250;

/** Where a stage may dial a peer because a requester says so; none: only a connection that is there may be used. */
export type WaysFor = (requester: string, peer: string) => readonly string[];

export type StageSessionOptions = {
  readonly open: OpenMessage;
  readonly control: Channel;
  /** The owner or peer that the session is for. */
  readonly claimant: Claimant;
  readonly shard: ServingShard;
  readonly opener: ChannelOpener;
  readonly waysFor: WaysFor;
  /** Signs this node's account of its part; absent: it is not signed. */
  readonly key?: SigningKey | undefined;
  /** Monotonic time, in milliseconds. */
  readonly now: () => number;
  /** Called once, when everything that the session took is free again. */
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
  /** Tokens to leave in the cache when the session ends in order. */
  #retained = 0;
  #isDraining = false;
  /** Runs after a neighbour has ended. */
  #losing: NodeJS.Timeout | undefined;
  #input: Channel | undefined;
  #output: Channel | undefined;
  /** Set while the session is open. */
  #pipeline: StagePipeline | undefined;

  readonly #fromCoordinator: Handlers<'control'> = {
    tokens: (body) => this.#openPipeline().takeTokens(body),
    alive: () => {
      const progress = this.#pipeline?.progress ?? { taken: 0, pending: 0 };
      void this.#coordinator.answerAlive(progress);
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

  /** Opens the engine's sequence and the link to the next stage, then says `opened` to the coordinator. */
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
   * @throws AppError `protocol-violation` when there is one already; the session does not mind.
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

  /** Tells the coordinator that this stage will be gone soon. */
  drain(): void {
    this.#isDraining = true;
    // While the session opens it is of no use; it is told right after `opened`.
    if (!this.#hasEnded && this.#pipeline !== undefined) {
      void this.#coordinator.tell(stageKinds.draining);
    }
  }

  /** Called now and then: ends the session when the stage before or the coordinator is silent too long. */
  checkTime(now: number): void {
    const needsInput = this.open.inputTicket !== null && this.#input === undefined;
    if (needsInput && now - this.#startedAt > attachWithinMs) {
      this.fail(new AppError('timed-out', 'The stage before it did not attach in time'));
    } else if (now - this.#heardAt > silenceLimitMs) {
      this.fail(new AppError('timed-out', 'The coordinator went silent'));
    }
  }

  /** Ends the session with a reason that every peer of the chain is told. `peer` is the culprit. */
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
        onWork: (work) => this.#guarded(() => this.#pipeline?.takeOutput(work)),
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
    const { opener, waysFor } = this.#options;
    try {
      const { signal } = this.#ending;
      const ways = waysFor(this.requester, peer);
      const channel = await opener.openChannel(
        peer,
        stageProtocol,
        limitsAt('output'),
        signal,
        ways,
      );
      this.#output = channel;
      // A coordinator that tells two stages different things makes each break the rules of the other.
      channel.excuse();
      channel.onFrame((frame) => this.#guarded(() => dispatch('output', frame, fromNext)));
      channel.onClose((error) => this.#lose(peer, error));
      if (this.#hasEnded) {
        await channel.close();
      } else {
        await channel.send(stageKinds.attach, encodeJson({ session, ticket }));
      }
    } catch (cause) {
      // What exactly went wrong would tell a stranger about networks that only this node sees.
      const isOwn = this.requester === opener.peer;
      const told = 'Its connection to the next stage could not be made';
      this.fail(isOwn ? toAppError(cause) : new AppError('peer-failed', told, { cause }), peer);
    }
  }

  /** All that a neighbour may say beside work is why it failed. */
  #onNeighbourFailed({ code, message, peer }: FailedMessage, neighbour: string | undefined): void {
    // A stage that refuses the request tells the coordinator itself; from others that is not believed.
    const told = isRefusal({ code }) ? 'peer-failed' : code;
    this.fail(new AppError(told, message), peer ?? neighbour);
  }

  #openPipeline(): StagePipeline {
    if (this.#pipeline === undefined) {
      throw new AppError('protocol-violation', 'Work came before the session was open');
    }
    return this.#pipeline;
  }

  /**
   * What is wrong ends the session. `culprit` is whose fault a broken rule is for certain: a neighbour's may come of what
   * the coordinator told it.
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

  /** A cached prefix is for the peer that asked for it, and for no other. */
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

  /** A neighbour's channel is at its end. What it did wrong says more than that it is gone. */
  #lose(peer: string | undefined, cause?: AppError): void {
    const lost = new AppError('peer-failed', 'Its connection to a neighbouring stage was lost');
    const reason = cause?.code === 'protocol-violation' ? cause : lost;
    if (cause === undefined) {
      // It closed in order: the coordinator ends all stages at once, and is heard in a moment.
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
      // This session is not counted any more, so it must not hold what is still coming.
      channel?.ignore();
    }
    this.#options.onEnd(this, error);
  }
}
