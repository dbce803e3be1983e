/** What differs for single graphics cards, by the card's id. */
import { z } from 'zod';

export const celsiusSchema = z.int().min(40).max(110);

const cardSchema = z.object({
  isUsed: z.boolean().default(true),
  /** null takes `temperatureCeilingCelsius`. With one of its own, a card that tells no temperature pauses. */
  temperatureCeilingCelsius: celsiusSchema.nullable().default(null),
});

function cardsOf<Card extends z.ZodType>(card: Card) {
  return z
    .record(z.string().max(200), card)
    .refine((cards) => Object.keys(cards).length <= 64, 'at most 64 cards');
}

export const cardsSchema = cardsOf(cardSchema);

/** As a person gives them: a key with a slip in it is refused, where it would else be left out. */
export const givenCardsSchema = cardsOf(cardSchema.strict());
