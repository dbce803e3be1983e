/** Whether a model has room on this machine. Pure. */

/** What a model takes beside its weights, for conversations: roughly a tenth more, as placement sees it for usual lengths. */
const withCaches = 1.1;

/** `unknown` where the host does not tell what hosted layers may take. */
export function fitOf(
  weightBytes: number,
  hostingMemoryBytes: number | undefined,
): 'fits' | 'too large' | 'unknown' {
  if (hostingMemoryBytes === undefined) {
    return 'unknown';
  }
  return weightBytes * withCaches <= hostingMemoryBytes ? 'fits' : 'too large';
}
