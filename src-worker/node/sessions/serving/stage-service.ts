/**
 * Serves the stage protocol: every peer that may open a channel to this node may open sessions on its shards, as far as
 * these have room. The first frame of a channel says what the channel is for.
 */
import { AppError, toAppError } from '../../../../src-shared/errors.ts';
import type { Usage } from '../../../../src-shared/api/usage.ts';
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import type { Frame } from '../../../wire/frame.ts';
import { encodeJson } from '../../../wire/json-body.ts';
import type { ServingShards } from '../../engines/serving-shard.ts';
import type { Channel, ChannelOpener, Unhandle } from '../../mesh/channels/channel.ts';
import type { Log } from '../../base/log.ts';
import { dispatch, limitsAt, stageKinds } from '../protocol/message-table.ts';
import {
  type AttachMessage,
  attachWithinMs,
  type FailedMessage,
  type OpenMessage,
  stageProtocol,
} from '../protocol/stage-messages.ts';
import { StageSession, type AddressesFor } from './stage-session.ts';

/** Most channels of one peer: a control and a data channel for each session of a few well-filled shards. */
const maxInboundChannels = 128;

/**
 * Most channels without a session, of one peer and of all. Each may have sent half an `open`, of 512 KiB at most
 * (stage-limits.ts), so strangers can take 24 MiB of this node's memory and no more, however many they are; the memory of
 * sessions is bounded by their number. An honest channel has no session for one round trip only, so the oldest one is
 * closed for the newest.
 */
const maxNewcomersOfPeer = 16;
const maxNewcomers = 48;

const sweepEveryMs = 1000;

export type StageServiceOptions = {
  readonly opener: ChannelOpener;
  readonly shards: ServingShards;
  readonly addressesFor: AddressesFor;
  /** Whether a peer may have more sessions than a stranger; absent: none may. */
  readonly isTrusted?: (peer: string) => boolean;
  /** This node's key, which signs its accounts for requesters; absent: accounts are not signed. */
  readonly key?: SigningKey;
  readonly onServed: (usage: Extract<Usage, { kind: 'served' }>) => void;
  readonly log: Log;
  /** Monotonic time, in milliseconds. */
  readonly now?: () => number;
};

/** A channel that has not found its session yet. */
type Newcomer = {
  readonly channel: Channel;
  readonly arrivedAt: number;
  /** The session and ticket that its `attach` names; undefined before its first frame. */
  key: string | undefined;
};

export class StageService {
  readonly #options: StageServiceOptions;
  readonly #now: () => number;
  readonly #sessions = new Set<StageSession>();
  /** Sessions that take input from another stage, by session name and ticket. */
  readonly #inputs = new Map<string, StageSession>();
  readonly #newcomers = new Set<Newcomer>();
  #sweeper: NodeJS.Timeout | undefined;
  #unhandle: Unhandle | undefined;

  constructor(options: StageServiceOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Begins to accept channels. */
  async start(): Promise<void> {
    this.#unhandle = await this.#options.opener.handle(stageProtocol, {
      limits: limitsAt('arrival'),
      maxInboundChannels,
      onChannel: (channel) => this.#welcome(channel),
    });
  }

  /** Sessions that are served or being opened now. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Ends every session, telling the coordinators why, and accepts no more. */
  async stop(): Promise<void> {
    const unhandled = this.#unhandle?.();
    for (const session of this.#sessions) {
      session.fail(new AppError('peer-failed', 'It is shutting down'));
    }
    for (const newcomer of this.#newcomers) {
      this.#refuse(newcomer, new AppError('peer-failed', 'It is shutting down'));
    }
    await unhandled;
  }

  /** Ends channels and sessions that have waited too long. Called every second while there are any. */
  sweep(): void {
    const now = this.#now();
    for (const session of this.#sessions) {
      session.checkTime(now);
    }
    for (const newcomer of this.#newcomers) {
      if (now - newcomer.arrivedAt > attachWithinMs) {
        const what =
          newcomer.key === undefined
            ? 'A channel was opened and nothing said on it'
            : 'No session with this name takes input with this ticket';
        this.#refuse(newcomer, new AppError('timed-out', what));
      }
    }
  }

  #welcome(channel: Channel): void {
    const newcomer: Newcomer = { channel, arrivedAt: this.#now(), key: undefined };
    this.#makeRoom(channel.peer);
    this.#newcomers.add(newcomer);
    this.#keepSweeping();
    channel.onFrame((frame) => this.#introduce(newcomer, frame));
    channel.onClose(() => {
      this.#newcomers.delete(newcomer);
      this.#keepSweeping();
    });
  }

  /** Refuses the oldest newcomer where there is no room for one more of this peer. */
  #makeRoom(peer: string): void {
    const all = [...this.#newcomers];
    const ofPeer = all.filter(({ channel }) => channel.peer === peer);
    const isFull = all.length >= maxNewcomers;
    const [oldest] = ofPeer.length >= maxNewcomersOfPeer ? ofPeer : isFull ? all : [];
    oldest?.channel.abort(
      new AppError('over-capacity', 'Too many channels have not found their session'),
    );
  }

  /** Tells the coordinators of these requesters' sessions that this node's shards leave soon. */
  drain(isMeant: (requester: string) => boolean = () => true): void {
    for (const session of this.#sessions) {
      if (isMeant(session.requester)) {
        session.drain();
      }
    }
  }

  /** Reads the first frame of a channel, which gives it a session or makes it wait for one. */
  #introduce(newcomer: Newcomer, frame: Frame): void {
    const tooEarly = (): never => {
      throw new AppError(
        'protocol-violation',
        `A frame of kind ${frame.kind} came before its session was there`,
      );
    };
    const attach = ({ session, ticket }: AttachMessage): void => {
      newcomer.key = inputKey(session, ticket);
      this.#attach(newcomer);
    };
    const isFirst = newcomer.key === undefined;
    try {
      void dispatch('arrival', frame, {
        open: isFirst ? (message) => this.#open(newcomer, message) : tooEarly,
        attach: isFirst ? attach : tooEarly,
        failed: tooEarly,
      });
    } catch (error) {
      this.#refuse(newcomer, toAppError(error));
    }
  }

  #open(newcomer: Newcomer, open: OpenMessage): void {
    const { shards, opener, addressesFor, isTrusted } = this.#options;
    const { firstLayer, lastLayer } = open.layers;
    const { peer } = newcomer.channel;
    const isOwn = peer === opener.peer;
    const shard = shards.find(open.manifestId, open.layers, isOwn);
    if (shard === undefined) {
      throw new AppError(
        'no-route',
        `It does not host layers ${firstLayer} to ${lastLayer} of that model now`,
      );
    }
    const key = open.inputTicket === null ? undefined : inputKey(open.session, open.inputTicket);
    if (key !== undefined && this.#inputs.has(key)) {
      throw new AppError(
        'protocol-violation',
        'A session with this name and ticket is there already',
      );
    }
    const { channel } = newcomer;
    const session = new StageSession({
      open,
      shard,
      opener,
      addressesFor,
      control: channel,
      key: this.#options.key,
      claimant: {
        peer,
        kind: isOwn ? 'owner' : isTrusted?.(peer) === true ? 'trusted' : 'stranger',
      },
      now: this.#now,
      onEnd: (ended, error) => {
        this.#sessions.delete(ended);
        if (key !== undefined) {
          this.#inputs.delete(key);
        }
        this.#account(ended, error);
      },
    });
    this.#newcomers.delete(newcomer);
    this.#sessions.add(session);
    if (key !== undefined) {
      this.#inputs.set(key, session);
    }
    channel.onFrame((frame) => session.onControlFrame(frame));
    // When this returns, a session that was refused has ended and is in no list any more.
    void session.start();
    if (key !== undefined) {
      for (const waiting of [...this.#newcomers].filter((other) => other.key === key)) {
        this.#attach(waiting);
      }
    }
  }

  /** Attaches a channel to its session. Without the right ticket the channel is refused, without harm to the session. */
  #attach(newcomer: Newcomer): void {
    const session = this.#inputs.get(newcomer.key ?? '');
    if (session === undefined) {
      return;
    }
    try {
      session.attach(newcomer.channel);
      this.#newcomers.delete(newcomer);
      newcomer.channel.onFrame((frame) => session.onInputFrame(frame));
    } catch (error) {
      this.#refuse(newcomer, toAppError(error));
    }
  }

  #refuse(newcomer: Newcomer, error: AppError): void {
    const { channel } = newcomer;
    this.#newcomers.delete(newcomer);
    this.#options.log('warn', `A channel was refused: ${error.message}`, {
      peer: channel.peer,
      code: error.code,
    });
    if (error.code === 'protocol-violation') {
      channel.blame(error);
    }
    const failed: FailedMessage = { ...error.toReport(), peer: this.#options.opener.peer };
    void channel.send(stageKinds.failed, encodeJson(failed));
    void channel.close();
    channel.ignore();
  }

  #account({ open, shard, requester, account }: StageSession, error: AppError | undefined): void {
    const { opener, onServed, log } = this.#options;
    if (error !== undefined) {
      const { code, message, cause } = error;
      log('warn', `A session for ${requester} ended: ${message}`, { code, cause });
    }
    if (account.tokens > 0 && requester !== opener.peer) {
      onServed({
        kind: 'served',
        at: Date.now(),
        requester,
        manifestId: shard.manifestId,
        model: shard.model,
        layers: open.layers,
        tokens: account.tokens,
        computeMs: account.totalComputeMs,
      });
    }
    this.#keepSweeping();
  }

  #keepSweeping(): void {
    const isNeeded = this.#sessions.size + this.#newcomers.size > 0;
    if (isNeeded && this.#sweeper === undefined) {
      this.#sweeper = setInterval(() => this.sweep(), sweepEveryMs).unref();
    } else if (!isNeeded) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
    }
  }
}

function inputKey(session: string, ticket: string): string {
  return `${session} ${ticket}`;
}
