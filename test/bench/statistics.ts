/** The few statistics that the benchmarks report. */

/** The value below which `share` (0 to 1) of the samples lie, interpolated; NaN for no samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (place % 1);
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** Rounds for a report: `digits` behind the point. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
