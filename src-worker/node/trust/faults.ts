/** What peers do wrong, in one vocabulary, and what each fault counts: the one place to tune trust. */

/** `blame` lowers the reputation (reputation.ts). What causes no blame by itself is remembered for another reader. */
export const faults = {
  /** Sent bytes that are not what they should be, or twice refused what others did. */
  lied: { blame: 4 },
  /** Broke a protocol's rules; again and again, it is barred (blocklist.ts). */
  violated: { blame: 2 },
  /** Did not do its part of an answer. */
  failed: { blame: 0.5 },
  /** Sent nothing for too long while bytes of a model were asked of it. */
  stalled: { blame: 0.25 },
  /** Refused a request that another peer then answered; a second time soon after, it lied (wrong-refusals.ts). */
  refusedWrongly: { blame: 0 },
  /** Did not answer when an answer needed it, until its next record (silent-peers.ts). */
  silent: { blame: 0 },
} as const;

export type Fault = keyof typeof faults;

/** Blame counts half after this much time, in milliseconds, and nothing once it is below the least. */
export const blameHalfLifeMs = 10 * 60_000;
export const leastBlame = 0.02;
/** More makes no difference to anybody, and would take longer to be forgotten than a peer deserves. */
export const mostBlame = 20;

/** So many violations within the time bar a peer, and for so long, in milliseconds. */
export const violationsToBar = 32;
export const barredForMs = 10 * 60_000;

/** A second wrong refusal within this time counts, in milliseconds. */
export const refusalsCountForMs = 3600_000;

/** Most peers of which each memory knows something; the one whose latest evidence is longest ago goes first. */
export const mostBlamed = 4096;
export const mostSilent = 256;
