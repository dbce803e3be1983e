/** Whether the view of a growing text keeps showing its end. */

// Readers this close to the end want to stay there.
const nearPixels = 48;

export interface ScrollPlace {
  readonly scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/**
 * A reader near the end follows it. Away from the end, only scrolling up stops that: new text below moves the end
 * away without any action of the reader.
 */
export function followsEnd(follows: boolean, previousTop: number, place: ScrollPlace): boolean {
  const left = place.scrollHeight - place.scrollTop - place.clientHeight;
  if (left < nearPixels) {
    return true;
  }
  return follows && place.scrollTop >= previousTop;
}
