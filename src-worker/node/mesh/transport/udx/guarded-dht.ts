/**
 * hyperdht with bounds. Its own node replies to every packet, and passes handshakes on to any address that a stranger names,
 * which makes it a mirror for attacks. Here strangers' requests have a pace, and a user's node passes on nothing at all.
 */
import { type DhtOptions, type DhtRequest, HyperDht, punchMessages } from './hyperdht.ts';
import { passesOn } from './relayed-punch.ts';
import { StrangersPace } from './strangers-pace.ts';

const commands = { handshake: 0, holepunch: 1 } as const;

/** Requests a second that are replied to, and at once. A node of the DHT serves others; a user's node its own peers. */
const paces = {
  user: {
    requests: { perSecond: 64, atOnce: 128 },
    punches: { perSecond: 16, atOnce: 32 },
  },
  node: {
    requests: { perSecond: 2000, atOnce: 4000 },
    punches: { perSecond: 500, atOnce: 1000 },
  },
} as const;

export class GuardedDht extends HyperDht {
  readonly #punches: StrangersPace;
  readonly #isUser: boolean;

  /** `kind`: `user` stores nothing for others and passes nothing on; `node` is a node of an own DHT, which does. */
  constructor(kind: keyof typeof paces, options: Omit<DhtOptions, 'ephemeral'>) {
    super({ ...options, ephemeral: kind === 'user' });
    this.#isUser = kind === 'user';
    this.#punches = new StrangersPace(paces[kind].punches);
    const pace = new StrangersPace(paces[kind].requests);
    const { onrequest } = this.io;
    this.io.onrequest = (request, isExternal) => {
      if (pace.take()) {
        onrequest(request, isExternal);
      }
    };
  }

  /** Tells this node at which address others see it, so that it need not ask. */
  isSeenAt(host: string, port: number): void {
    this._nat.add(host, port);
  }

  /** Returns whether the request was dealt with, replied to or not. */
  override onrequest(request: DhtRequest): boolean {
    const { command } = request;
    const isPunch = command === commands.handshake || command === commands.holepunch;
    return (isPunch && !this.#mayPass(request)) || super.onrequest(request);
  }

  #mayPass({ command, target, value, from }: DhtRequest): boolean {
    if (target === null || value === null || !this.#punches.take()) {
      return false;
    }
    const route = this._router.get(target);
    const isOwn = route?.onpeerhandshake !== undefined && route.onpeerhandshake !== null;
    const step = command === commands.handshake ? 'handshake' : 'holepunch';
    try {
      const message = punchMessages[step].decode({
        start: 0,
        end: value.byteLength,
        buffer: value,
      });
      return passesOn(step, message, from, {
        isOwn,
        relay: this.#isUser ? null : (route?.relay ?? null),
      });
    } catch {
      return false;
    }
  }
}
