/** Turns readings into what is shown. Pure. */
import type { Facts } from '../../../src-shared/duty.ts';
import { text } from '../../../src-shared/words/window.ts';
import { heatOf, heatWords } from './heat.ts';
import type { Shown } from './reading-row.tsx';

const words = text.machine;

/** An input this recent means that somebody is at the machine now, in milliseconds. */
const nowMs = 60_000;

export function shownShare(share: number): Shown {
  return { value: words.percent(share), share };
}

/** `ceiling`: null where the temperature is not checked. The bar is full at the ceiling. */
export function shownHeat(celsius: number, ceiling: number | null): Shown {
  const value = words.celsius(celsius);
  if (ceiling === null) {
    return { value };
  }
  const heat = heatOf(celsius, ceiling);
  return {
    value,
    share: celsius / ceiling,
    note: heatWords(heat, ceiling),
    tone: ({ cool: 'good', warm: 'warning', hot: 'bad' } as const)[heat],
  };
}

/** Memory that other programs use, of the card's memory where that is known. */
export function shownMemory(used: number, total: number | null): Shown {
  return total === null || total <= 0
    ? { value: words.bytes(used) }
    : { value: words.memoryOf(used, total), share: used / total };
}

export function shownInput(idleMs: number): Shown {
  return { value: idleMs < nowMs ? words.inputNow : words.inputAgo(idleMs) };
}

type Games = Extract<Facts['games'], { isKnown: true }>['value'];

export function shownGames(games: Games): Shown {
  return { value: games.map(({ name }) => name).join(', ') || words.noGames };
}
