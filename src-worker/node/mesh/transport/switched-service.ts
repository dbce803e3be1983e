/**
 * A libp2p service that can be switched on and off while the node runs; libp2p itself only starts and stops all of its
 * services together. The service is made anew each time that it is switched on.
 */
import { start, stop } from '@libp2p/interface';

export class SwitchedService<Components> {
  readonly #make: (components: Components) => object | Promise<object>;
  #components: Components | undefined;
  #isOn: boolean;
  #isStarted = false;
  #running: object | undefined;
  /** The last change; changes follow one another. */
  #settled: Promise<void> = Promise.resolve();

  constructor(make: (components: Components) => object | Promise<object>, isOn: boolean) {
    this.#make = make;
    this.#isOn = isOn;
  }

  /** The entry for libp2p's list of services. */
  readonly service = (components: Components): SwitchedService<Components> => {
    this.#components = components;
    return this;
  };

  start(): Promise<void> {
    this.#isStarted = true;
    return this.#settle();
  }

  stop(): Promise<void> {
    this.#isStarted = false;
    return this.#settle();
  }

  /** Resolves when the service runs or has stopped; before libp2p starts, at once. */
  switch(isOn: boolean): Promise<void> {
    this.#isOn = isOn;
    return this.#settle();
  }

  #settle(): Promise<void> {
    this.#settled = this.#settled.catch(() => {}).then(() => this.#step());
    return this.#settled;
  }

  async #step(): Promise<void> {
    const isWanted = this.#isOn && this.#isStarted;
    if (!isWanted) {
      const running = this.#running;
      this.#running = undefined;
      await stop(running);
    } else if (this.#running === undefined && this.#components !== undefined) {
      const made = await this.#make(this.#components);
      await start(made);
      this.#running = made;
    }
  }
}
