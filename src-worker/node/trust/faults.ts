/** The faults of peers and the blame for each: the one place to tune trust. */

/** `blame` lowers the reputation (reputation.ts). A fault without blame matters to silent-peers.ts or wrong-refusals.ts. */
export const faults = {
  /** Sent wrong bytes, signed a false account of its work, or twice refused a request that others answered. */
  lied: { blame: 4 },
  /** Broke a protocol's rules; a peer that does so again and again is barred (blocklist.ts). */
  violated: { blame: 2 },
  /** Failed as a stage of an answer. */
  failed: { blame: 0.5 },
  /** Sent nothing for too long while this node waited for bytes of a model. */
  stalled: { blame: 0.25 },
  /** Refused a request that another peer then answered; a second time soon after counts as `lied` (wrong-refusals.ts). */
  refusedWrongly: { blame: 0 },
  /** Sent no reply when an answer needed it; counts until its next record (silent-peers.ts). */
  silent: { blame: 0 },
} as const;

export type Fault = keyof typeof faults;

/** Blame halves in this time, in milliseconds, and counts nothing once it is below the least. */
export const blameHalfLifeMs = 10 * 60_000;
export const leastBlame = 0.02;
/** Most blame of a peer: more would make no difference to routing, and would only take longer to fade. */
export const mostBlame = 20;

/** How many violations within the time bar a peer, and for how long, in milliseconds. */
export const violationsToBar = 32;
export const barredForMs = 10 * 60_000;

/** A second wrong refusal within this time counts as a lie, in milliseconds. */
export const refusalsCountForMs = 3600_000;

/** Most peers in each memory; the one with the oldest evidence is forgotten first. */
export const mostBlamed = 4096;
export const mostSilent = 256;
