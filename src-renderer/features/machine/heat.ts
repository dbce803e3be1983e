/** Compares a temperature to the ceiling at which the machine pauses. */
import type { Settings } from '../../../src-shared/settings/settings.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.machine;

/** From this many degrees below the ceiling on, a card or processor works a smaller share of the time. */
const slowedDegrees = 5;

export type Heat = 'cool' | 'warm' | 'hot';

export function heatOf(celsius: number, ceiling: number): Heat {
  if (celsius >= ceiling) {
    return 'hot';
  }
  return celsius > ceiling - slowedDegrees ? 'warm' : 'cool';
}

export function heatWords(heat: Heat, ceiling: number): string {
  const sentence = { cool: words.pausesFrom, warm: words.nearCeiling, hot: words.atCeiling }[heat];
  return sentence(ceiling);
}

/** The ceiling of a card: its own, else the one for all cards. */
export function cardCeiling(
  settings: Pick<Settings, 'cards' | 'temperatureCeilingCelsius'>,
  cardId: string,
): number {
  return settings.cards[cardId]?.temperatureCeilingCelsius ?? settings.temperatureCeilingCelsius;
}
