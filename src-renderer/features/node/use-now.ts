/** The time, for durations that show minutes. */
import { useEffect, useState } from 'react';

const stepMs = 15_000;

/** Milliseconds since the epoch, renewed four times a minute. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), stepMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
