/**
 * Exchanges records with connected peers, this node's own and forwarded ones: at each connection, after changes, and at
 * regular intervals, so that no peer's copy expires.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelOpener } from '../channels/channel.ts';
import type { Log } from '../../base/log.ts';
import type { OwnRecord, SealedRecord } from './own-record.ts';
import { PeerLink } from './peer-link.ts';
import { RecordGossip } from './record-gossip.ts';
import { listenToRecords, type RecordListener, SeenRecords } from './record-intake.ts';
import { replyRecordLimits, recordProtocol, spokenRecordLimits } from './record-messages.ts';
import { type PeerRecord, recordRefreshMs } from './record.ts';

const pingIntervalMs = 15_000;

/** Least time between records, in milliseconds: changes in quick succession share one. */
const publishIntervalMs = 250;

/** How long after connecting the second ping goes out, in milliseconds: earlier it would measure the handshakes. */
const settledMs = 1000;

/** A peer needs one channel; a second is open for a moment when it reconnects. */
const maxInboundChannels = 2;

/** How long after a check of all peers another one may follow, in milliseconds. */
const checkAgainMs = 10_000;

/** How long slow peers may delay this node's leaving, in milliseconds. */
const leaveDeadlineMs = 500;

export type RecordExchangeOptions = {
  readonly opener: ChannelOpener;
  readonly ownRecord: OwnRecord;
  readonly onRecord: RecordListener;
  /** Whether two peers share a pool; absent: no two do. */
  readonly shareAPool?: (one: string, other: string) => boolean;
  /** Called with a peer that has stopped replying; its connections should be closed. */
  readonly onDead: (peer: string) => void;
  /** Called with a peer that missed a ping, or replies again. */
  readonly onSilence: (peer: string) => void;
  readonly log: Log;
};

export class RecordExchange {
  readonly #options: RecordExchangeOptions;
  readonly #links = new Map<string, PeerLink>();
  readonly #gossip: RecordGossip;
  readonly #seen = new SeenRecords();
  readonly #stopping = new AbortController();
  #timers: NodeJS.Timeout[] = [];
  #publishing: NodeJS.Timeout | undefined;
  #publishedAt = -Infinity;
  #checkedAt = -Infinity;

  constructor(options: RecordExchangeOptions) {
    this.#options = options;
    this.#gossip = new RecordGossip({
      forward: async (to, bytes) => this.#links.get(to)?.forward(bytes),
      shareAPool: options.shareAPool ?? (() => false),
    });
  }

  async start(): Promise<void> {
    await this.#options.opener.handle(recordProtocol, {
      limits: spokenRecordLimits,
      maxInboundChannels,
      onChannel: (channel) => listenToRecords(channel, this.#options.onRecord, this.#seen),
    });
    this.#timers = [
      setInterval(() => this.#publishNow(), recordRefreshMs).unref(),
      setInterval(() => this.#links.forEach((link) => void link.ping()), pingIntervalMs).unref(),
    ];
  }

  connected(peer: string): void {
    const { opener, onDead, onSilence } = this.#options;
    const link = new PeerLink(
      () => opener.openChannel(peer, recordProtocol, replyRecordLimits, this.#stopping.signal),
      () => onDead(peer),
      () => onSilence(peer),
    );
    this.#links.set(peer, link);
    void this.#introduce(peer, link);
  }

  disconnected(peer: string): void {
    const link = this.#links.get(peer);
    this.#links.delete(peer);
    this.#gossip.disconnected(peer);
    void link?.close();
  }

  /** Finds out whether the connected peer replies now. */
  async probe(peer: string): Promise<boolean> {
    return (await this.#links.get(peer)?.probe()) ?? false;
  }

  /** This machine's network has changed: peers that do not reply are given up, and the others get the new addresses. */
  networkChanged(pausedMs = 0): void {
    this.#publishNow();
    this.#checkAll(pausedMs);
  }

  /**
   * A connected peer did not reply when it was needed: it is given up if it does not reply to a ping either. The others are
   * checked as well, since a router that restarted has lost the paths to all of them, a relay among them.
   */
  check(peer: string): void {
    const now = performance.now();
    if (this.#links.has(peer) && now - this.#checkedAt >= checkAgainMs) {
      this.#checkedAt = now;
      this.#checkAll();
    }
  }

  #checkAll(pausedMs = 0): void {
    this.#links.forEach((link, peer) => void this.#dropIfDead(peer, link, pausedMs));
  }

  /** The peer has another connection than before: records may have been lost on the former one, so they are sent anew. */
  reconnected(peer: string): void {
    this.disconnected(peer);
    this.connected(peer);
  }

  /** Forwards a verified record that is news. */
  spread(signer: string, record: PeerRecord, from: string, bytes: Uint8Array): void {
    this.#gossip.heard(signer, record, from, bytes);
  }

  latencyMs(peer: string): number | undefined {
    return this.#links.get(peer)?.latencyMs;
  }

  isSilent(peer: string): boolean {
    return this.#links.get(peer)?.isSilent === true;
  }

  /** Sends all peers a new record soon: at once when the state changed or none was sent lately. */
  publish(): void {
    const dueIn = this.#publishedAt + publishIntervalMs - performance.now();
    if (dueIn <= 0 || this.#options.ownRecord.hasNewState) {
      this.#publishNow();
    } else {
      this.#publishing ??= setTimeout(() => this.#publishNow(), dueIn).unref();
    }
  }

  /** Tells all peers that this node leaves, and sends no more. */
  async leave(): Promise<void> {
    this.#stopTimers();
    const links = [...this.#links.values()];
    this.#links.clear();
    const goodbye = await this.#sealed(() => this.#options.ownRecord.sealLeaving());
    const farewells = links.map(async (link) => {
      if (goodbye !== undefined) {
        await link.send(goodbye);
      }
      await link.close();
    });
    const deadline = delay(leaveDeadlineMs, undefined, { ref: false });
    await Promise.race([Promise.all(farewells), deadline]);
    this.#stopping.abort();
  }

  /** The first ping goes out before anything keeps the peer busy, the second once it has settled. */
  async #introduce(peer: string, link: PeerLink): Promise<void> {
    await this.#tell(link);
    if (this.#links.get(peer) === link) {
      this.#gossip.connected(peer);
    }
    await delay(settledMs, undefined, { ref: false });
    await link.ping();
  }

  async #dropIfDead(peer: string, link: PeerLink, pausedMs: number): Promise<void> {
    const isAlive = await link.probe(pausedMs);
    if (!isAlive && this.#links.get(peer) === link) {
      this.#options.onDead(peer);
    }
  }

  async #tell(link: PeerLink): Promise<void> {
    await link.ping();
    const record = await this.#sealed(() => this.#options.ownRecord.current());
    if (record !== undefined) {
      await link.send(record);
    }
  }

  #publishNow(): void {
    clearTimeout(this.#publishing);
    this.#publishing = undefined;
    this.#publishedAt = performance.now();
    void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    const record = await this.#sealed(() => this.#options.ownRecord.seal());
    if (record !== undefined) {
      await Promise.all([...this.#links.values()].map((link) => link.send(record)));
    }
  }

  /** A sealed record; undefined, with an error in the log, when it cannot be made. Peers then use the former one until it expires. */
  async #sealed(seal: () => Promise<SealedRecord>): Promise<SealedRecord | undefined> {
    try {
      return await seal();
    } catch (error) {
      this.#options.log('error', 'This node could not describe itself to its peers', { error });
      return undefined;
    }
  }

  #stopTimers(): void {
    this.#timers.forEach((timer) => clearInterval(timer));
    clearTimeout(this.#publishing);
  }
}
