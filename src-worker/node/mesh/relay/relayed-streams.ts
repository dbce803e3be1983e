/**
 * The two streams of one relayed connection, which libp2p's relay pumps into each other: each is paused while
 * what it brought is not passed on yet, and while it is faster than it may be.
 */
import type { Stream } from '@libp2p/interface';

/** What may be under way in one direction, in bytes; a paused stream stops its sender by its window. */
const maxUnderWay = 1024 * 1024;

/** Called with bytes that came; returns for how many milliseconds no more may. */
type Spend = (bytes: number) => number;

/** Watches both until they close. */
export function brakeRelayed(one: Stream, other: Stream, spend: Spend): void {
  watch(one, other, spend);
  watch(other, one, spend);
}

function watch(from: Stream, to: Stream, spend: Spend): void {
  const brake = new Brake(from);
  let underWay = 0;
  from.addEventListener('message', ({ data }) => {
    underWay += data.byteLength;
    brake.holdFor(spend(data.byteLength));
    brake.isFull = underWay > maxUnderWay;
    brake.apply();
  });
  const send = to.send.bind(to);
  to.send = (data) => {
    const goesOn = send(data);
    underWay = Math.max(0, underWay - data.byteLength);
    brake.isFull = underWay > maxUnderWay / 2 && brake.isFull;
    brake.apply();
    return goesOn;
  };
  from.addEventListener('close', () => brake.end(), { once: true });
}

/** Pauses a stream while there is any reason to. */
class Brake {
  readonly #stream: Stream;
  isFull = false;
  #timer: NodeJS.Timeout | undefined;
  #isPaused = false;
  #isResuming = false;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  holdFor(milliseconds: number): void {
    if (milliseconds >= 1) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.apply();
      }, milliseconds);
    }
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  apply(): void {
    const shouldPause = this.isFull || this.#timer !== undefined;
    // What waited comes out from within `resume`, and a pause from there would be undone.
    if (shouldPause === this.#isPaused || this.#isResuming || !isReadable(this.#stream)) {
      return;
    }
    this.#isPaused = shouldPause;
    if (shouldPause) {
      this.#stream.pause();
      return;
    }
    this.#isResuming = true;
    this.#stream.resume();
    this.#isResuming = false;
    this.apply();
  }
}

function isReadable(stream: Stream): boolean {
  return stream.readStatus === 'readable' || stream.readStatus === 'paused';
}
