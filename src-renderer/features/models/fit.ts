/** Whether a model has room on this machine. Pure. */

/** Memory for weights and conversations, by weights: about a tenth more, as placement assumes for usual lengths. */
const withCaches = 1.1;

/** `unknown` where the host does not tell how much memory hosted layers may take. */
export function fitOf(
  weightBytes: number,
  hostingMemoryBytes: number | undefined,
): 'fits' | 'too large' | 'unknown' {
  if (hostingMemoryBytes === undefined) {
    return 'unknown';
  }
  return weightBytes * withCaches <= hostingMemoryBytes ? 'fits' : 'too large';
}
