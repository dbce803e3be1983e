/** Limits failed attempts to use an invite. A secret of 128 bits cannot be guessed; the limit keeps attempts cheap. Pure. */

/** Failed attempts a minute: from one host, and in total. */
const maxPerHost = 8;
const maxTotal = 64;

const windowMs = 60_000;

export class JoinPace {
  /** The failures of the last minute, oldest first. */
  #failures: { readonly host: string; readonly at: number }[] = [];

  mayTry(host: string, now: number): boolean {
    this.#failures = this.#failures.filter(({ at }) => at > now - windowMs);
    return (
      this.#failures.length < maxTotal &&
      this.#failures.filter((each) => each.host === host).length < maxPerHost
    );
  }

  failed(host: string, now: number): void {
    this.#failures.push({ host, at: now });
  }
}
