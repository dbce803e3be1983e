/** A temperature against the ceiling from which the machine pauses. */
import type { Settings } from '../../../src-shared/settings/settings.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.machine;

/** Degrees below the ceiling from which a card or processor works a smaller share of time, as the settings say. */
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

/** The ceiling of a card: its own, else that of all. */
export function cardCeiling(
  settings: Pick<Settings, 'cards' | 'temperatureCeilingCelsius'>,
  cardId: string,
): number {
  return settings.cards[cardId]?.temperatureCeilingCelsius ?? settings.temperatureCeilingCelsius;
}
