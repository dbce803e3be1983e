/** Amounts as the command line prints them. Pure. */

/** "1 peer", "3 peers". */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** "12.3 tokens/s". */
export function speed(tokensPerSecond: number): string {
  return `${tokensPerSecond.toFixed(1)} tokens/s`;
}

/** "4.8 GB", in powers of 1000. */
export function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A round trip: "4.2 ms", "85 ms". */
export function latency(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
