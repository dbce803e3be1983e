/**
 * Hole punching as a part of the mesh that can be switched on and off: it has a link to a DHT while it is on, and never
 * waits for it. States: off, opening (this node dials keys, but the DHT does not know it yet), known.
 */
import type { ComponentLogger, Transport } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { SigningKey } from '../../../../../src-shared/signing/peer-key.ts';
import type { Log } from '../../../base/log.ts';
import type { DhtLink } from './dht-link.ts';
import { dhtKeyPair } from './dht-key.ts';
import type { DhtKeyPair } from './hyperdht.ts';
import { udxAddress } from './udx-address.ts';
import { UdxTransport } from './udx-transport.ts';

/** How and whether this node takes part in a DHT. */
export type DhtSettings = {
  /** `host:port` of the nodes to begin with; none: those of the public DHT. */
  readonly nodes: readonly string[];
};

export type PunchingOptions = {
  readonly privateKey: SigningKey;
  /** Whether this node is for this machine alone. */
  readonly isLoopback: boolean;
  /** Called when this node's address has come or gone. */
  readonly onChange: () => void;
  readonly log: Log;
};

type Components = {
  readonly logger: ComponentLogger;
  readonly transportManager: { listen(addresses: Multiaddr[]): Promise<void> };
};

export class Punching {
  readonly #options: PunchingOptions;
  readonly #keyPair: DhtKeyPair;
  #components: Components | undefined;
  #transport: UdxTransport | undefined;
  #settings: DhtSettings | undefined;
  #isStarted = false;
  #link: DhtLink | undefined;
  /** The settings that the link has. */
  #applied: DhtSettings | undefined;
  #isKnown = false;
  /** The last change; changes follow one another. */
  #settled: Promise<void> = Promise.resolve();

  /** `settings`: those of the start; undefined: off. */
  constructor(options: PunchingOptions, settings: DhtSettings | undefined) {
    this.#options = options;
    this.#keyPair = dhtKeyPair(options.privateKey);
    this.#settings = settings;
  }

  /** The transport, for libp2p's list. */
  readonly transport = (components: Components): Transport => {
    this.#components = components;
    this.#transport = new UdxTransport(() => this.#link, components.logger);
    return this.#transport;
  };

  /** The link to the DHT while this is on. */
  get link(): DhtLink | undefined {
    return this.#link;
  }

  /** This node's address for hole punching, while the DHT knows it. */
  address(): string | undefined {
    return this.#isKnown ? udxAddress(this.#keyPair.publicKey).toString() : undefined;
  }

  /** Called once libp2p runs. Does not wait for the DHT. */
  start(): void {
    this.#isStarted = true;
    this.switch(this.#settings);
  }

  /** Switches it on, to another DHT, or off with undefined. Connections that are open stay, unless the DHT is left. */
  switch(settings: DhtSettings | undefined): void {
    this.#settings = settings;
    if (this.#isStarted) {
      this.#settled = this.#settled.then(() => this.#apply(settings));
    }
  }

  stop(): Promise<void> {
    this.switch(undefined);
    this.#isStarted = false;
    return this.#settled;
  }

  async #apply(settings: DhtSettings | undefined): Promise<void> {
    if (this.#link !== undefined && isSame(settings, this.#applied)) {
      return;
    }
    const former = this.#link;
    this.#link = undefined;
    this.#applied = settings;
    this.#setKnown(false);
    await this.#transport?.stopListening();
    await former?.stop();
    if (settings !== undefined) {
      this.#link = await this.#open(settings);
      void this.#listen(this.#link);
    }
  }

  /** Loads hyperdht only here: its native libraries are not made for every system. */
  async #open({ nodes }: DhtSettings): Promise<DhtLink | undefined> {
    const { isLoopback, log } = this.#options;
    try {
      const { DhtLink } = await import('./dht-link.ts');
      return new DhtLink({ keyPair: this.#keyPair, nodes, isLoopback, log });
    } catch (error) {
      log('warn', 'This system cannot open paths through routers by UDP', { error });
      return undefined;
    }
  }

  async #listen(link: DhtLink | undefined): Promise<void> {
    if (link === undefined) {
      return;
    }
    try {
      await this.#components?.transportManager.listen([udxAddress(link.key)]);
      if (this.#link === link) {
        this.#setKnown(true);
        this.#options.log('info', 'Computers behind other routers can connect to this one by UDP');
      }
    } catch (error) {
      if (this.#link === link) {
        this.#options.log('warn', 'This computer cannot be reached through routers by UDP', {
          error,
        });
      }
    }
  }

  #setKnown(isKnown: boolean): void {
    if (isKnown !== this.#isKnown) {
      this.#isKnown = isKnown;
      this.#options.onChange();
    }
  }
}

function isSame(one: DhtSettings | undefined, other: DhtSettings | undefined): boolean {
  return (
    one?.nodes.join(' ') === other?.nodes.join(' ') && (one === undefined) === (other === undefined)
  );
}
