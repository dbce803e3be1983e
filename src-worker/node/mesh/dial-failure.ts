/** Why a peer could not be reached, in words for the end of a sentence. Pure. */

/** Attempts of which a person is told; a peer may have sixteen addresses. */
const mostTold = 4;

/** What the system and libp2p call it, and what it means. */
const meanings = [
  [/ECONNREFUSED/, 'nothing listens there'],
  [/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/, 'no way leads there from here'],
  [/ENOTFOUND|EAI_AGAIN|ENODATA/, 'its name is not known'],
  [/ETIMEDOUT|aborted due to timeout/, 'it did not answer in time'],
  [/UnexpectedPeer/, 'another computer answers there'],
] as const;

export function dialFailure(error: unknown): string {
  if (error instanceof AggregateError) {
    const reasons = new Set(error.errors.map(dialFailure));
    return `none of its addresses answered (${[...reasons].slice(0, mostTold).join('; ')})`;
  }
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return 'it did not answer in time';
  }
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const meaning = meanings.find(([sign]) => sign.test(words))?.[1];
  return meaning ?? (error instanceof Error ? error.message : String(error));
}
