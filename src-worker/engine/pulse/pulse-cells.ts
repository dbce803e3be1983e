/**
 * The memory that the engine's main thread and its pulse thread share, in 32-bit integers: the number of the last ping to
 * which the main thread replied, and the expected time of the current batch in milliseconds.
 */
export const pulseCells = { lastReply: 0, expectedMs: 1, count: 2 } as const;
