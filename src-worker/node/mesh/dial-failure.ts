/** Why a peer could not be reached, as the end of a sentence. Pure. */

/** Most reasons that are named; a peer may have sixteen addresses. */
const mostTold = 4;

/** Errors of the system and libp2p, with their meaning. */
const meanings = [
  [/ECONNREFUSED/, 'nothing listens there'],
  [/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/, 'no network leads there'],
  [/ENOTFOUND|EAI_AGAIN|ENODATA/, 'its name is not known'],
  [/ETIMEDOUT|aborted due to timeout/, 'it did not reply in time'],
  [/UnexpectedPeer/, 'another computer has that address'],
] as const;

export function dialFailure(error: unknown): string {
  if (error instanceof AggregateError) {
    const reasons = new Set(error.errors.map(dialFailure));
    return `none of its addresses replied (${[...reasons].slice(0, mostTold).join('; ')})`;
  }
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return 'it did not reply in time';
  }
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const meaning = meanings.find(([sign]) => sign.test(words))?.[1];
  return meaning ?? (error instanceof Error ? error.message : String(error));
}
