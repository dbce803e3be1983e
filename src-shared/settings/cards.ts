/** Settings of single graphics cards, by the id of the card. */
import { z } from 'zod';

export const celsiusSchema = z.int().min(40).max(110);

const cardSchema = z.object({
  isUsed: z.boolean().default(true),
  /**
   * null: `temperatureCeilingCelsius` counts. A card with a ceiling of its own pauses while its temperature is
   * unknown.
   */
  temperatureCeilingCelsius: celsiusSchema.nullable().default(null),
});

function cardsOf<Card extends z.ZodType>(card: Card) {
  return z
    .record(z.string().max(200), card)
    .refine((cards) => Object.keys(cards).length <= 64, 'at most 64 cards');
}

export const cardsSchema = cardsOf(cardSchema);

/** The same from a person: a mistyped key is refused, where it would otherwise be left out. */
export const givenCardsSchema = cardsOf(cardSchema.strict());
