/**
 * Meets other nodes of the public mesh under a topic of the DHT, so that a fresh install needs no address. Only while the
 * DHT is switched on; what is found there is believed only after the peer's own handshake.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type BackOff, backOffMs } from '../../../../src-shared/back-off.ts';
import type { Log } from '../../base/log.ts';
import { KeyPicker } from './key-picker.ts';

/** The topic's name is the network's: a mesh that does not understand this one takes another. */
export const meetingTopic = createHash('sha256').update('mindmesh public mesh, 1').digest();

/** With this many connections, no more are sought here. */
const needed = 8;

/**
 * Time between look-ups while there are too few connections: short at first, since two nodes that start together miss each
 * other's announcement.
 */
const lookUps: BackOff = { firstMs: 4000, longestMs: 60_000, spread: 0.5 };

/** Time between announcements, and between checks of what is due, in milliseconds. */
const announceEveryMs = 600_000;
const checkEveryMs = 1000;

/** Deadlines of a look-up, an announcement and the dial of one key, in milliseconds. */
const lookUpDeadlineMs = 20_000;
const dialDeadlineMs = 15_000;

/** Most keys that are dialled at once. */
const maxDialsAtOnce = 4;

/** The part of the link to the DHT that matters here. */
export type MeetingPlace = {
  readonly key: Buffer;
  announce(topic: Buffer, signal: AbortSignal): Promise<void>;
  /** The keys that each node of the DHT named, hexadecimal. */
  lookUp(topic: Buffer, signal: AbortSignal): Promise<readonly (readonly string[])[]>;
};

export type TopicMeetingsOptions = {
  /** The DHT, while it is switched on and knows this node. */
  readonly place: () => MeetingPlace | undefined;
  /** How many peers are connected. */
  readonly connections: () => number;
  /** Whether the key belongs to a connected peer. */
  readonly isConnected: (key: string) => boolean;
  /** Dials whoever has the key; rejects where nobody answers, or no peer of the mesh. */
  readonly dial: (key: string, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
};

export class TopicMeetings {
  readonly #options: TopicMeetingsOptions;
  readonly #picker = new KeyPicker();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** When the next look-up is due, and how many there were in a row. */
  #lookUpAt = 0;
  #lookUps = 0;
  /** Where this node has announced itself, and when. */
  #announced: { readonly place: MeetingPlace; readonly at: number } | undefined;
  #isBusy = false;

  constructor(options: TopicMeetingsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.refresh(), checkEveryMs).unref();
    this.refresh();
  }

  stop(): void {
    this.#stopping.abort();
    clearInterval(this.#timer);
  }

  networkChanged(): void {
    this.#picker.forget();
    this.#lookUpAt = 0;
    this.#lookUps = 0;
    this.#announced = undefined;
    this.refresh();
  }

  /** Announces and looks up where that is due. */
  refresh(): void {
    const place = this.#options.place();
    if (place !== undefined && !this.#isBusy && !this.#stopping.signal.aborted) {
      this.#isBusy = true;
      void this.#meet(place).finally(() => {
        this.#isBusy = false;
      });
    }
  }

  async #meet(place: MeetingPlace): Promise<void> {
    const now = performance.now();
    const { connections, log } = this.#options;
    try {
      const announced = this.#announced;
      if (announced?.place !== place || now - announced.at >= announceEveryMs) {
        this.#announced = { place, at: now };
        await place.announce(meetingTopic, this.#deadline(lookUpDeadlineMs));
      }
      if (connections() < needed && now >= this.#lookUpAt) {
        this.#lookUps += 1;
        this.#lookUpAt = now + backOffMs(lookUps, this.#lookUps, Math.random());
        await this.#lookUp(place);
      }
    } catch (error) {
      log('debug', 'The DHT did not answer', { error });
    }
  }

  async #lookUp(place: MeetingPlace): Promise<void> {
    const own = place.key.toString('hex');
    const replies = await place.lookUp(meetingTopic, this.#deadline(lookUpDeadlineMs));
    const keys = this.#picker.pick(replies, (key) => key === own || this.#options.isConnected(key));
    await Promise.all(
      Array.from({ length: maxDialsAtOnce }, async (_, lane) => {
        for (const key of keys.filter((_key, index) => index % maxDialsAtOnce === lane)) {
          await this.#dial(key);
        }
      }),
    );
  }

  async #dial(key: string): Promise<void> {
    const { dial, connections, log } = this.#options;
    // Peers of two nodes that found each other at the same moment connect once.
    await delay(Math.random() * 200, undefined, { ref: false });
    if (
      this.#stopping.signal.aborted ||
      connections() >= needed ||
      this.#options.isConnected(key)
    ) {
      return;
    }
    try {
      await dial(key, this.#deadline(dialDeadlineMs));
    } catch (error) {
      log('debug', 'Nobody of the mesh answered for a key in the DHT', { key, error });
    }
  }

  #deadline(milliseconds: number): AbortSignal {
    return AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(milliseconds)]);
  }
}
