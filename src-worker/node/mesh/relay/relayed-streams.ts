/**
 * Throttles the two streams of one relayed connection, which libp2p's relay copies into each other: each is paused while too
 * many of its bytes are not passed on yet, and while it exceeds its rate.
 */
import type { Stream } from '@libp2p/interface';

/** Most bytes under way in one direction; the window of a paused stream stops its sender. */
const maxUnderWay = 1024 * 1024;

/** Called with a number of bytes that came; returns for how many milliseconds no more may come. */
type Spend = (bytes: number) => number;

/** Throttles both streams until they close. */
export function throttleRelayed(one: Stream, other: Stream, spend: Spend): void {
  watch(one, other, spend);
  watch(other, one, spend);
}

function watch(from: Stream, to: Stream, spend: Spend): void {
  const brake = new Throttle(from);
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
class Throttle {
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
    // `resume` delivers waiting bytes before it returns, and a pause from within it would be undone.
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
