/** Whether a view of a growing text keeps following its end. */

// A reader this close to the end means to be at the end.
const nearPixels = 48;

export interface ScrollPlace {
  readonly scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/**
 * Near the end means following it. Away from the end, only moving up lets go: text that grows below moves
 * the end away without the reader having done anything.
 */
export function followsEnd(follows: boolean, previousTop: number, place: ScrollPlace): boolean {
  const left = place.scrollHeight - place.scrollTop - place.clientHeight;
  if (left < nearPixels) {
    return true;
  }
  return follows && place.scrollTop >= previousTop;
}
