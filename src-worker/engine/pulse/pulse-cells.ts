/** What the engine's main thread and its pulse share, as 32-bit integers: the last question answered, and what the batch under way should take. */
export const pulseCells = { answered: 0, expectedMs: 1, count: 2 } as const;
