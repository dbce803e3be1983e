/** The progress of something that takes a while: a name, a bar, and amounts. */
import type { ReactNode } from 'react';

export function ProgressLine({
  name,
  done,
  total,
  amounts,
  children,
}: {
  name: string;
  done: number;
  total: number;
  amounts: string;
  /** Buttons for it. */
  children?: ReactNode;
}) {
  const part = total > 0 ? Math.min(1, done / total) : 0;
  return (
    <div className="space-y-1.5 text-sm">
      <div className="flex flex-wrap items-center justify-between gap-x-3">
        <span className="wrap-anywhere">{name}</span>
        <span className="flex items-center gap-3 text-muted tabular-nums">
          {amounts}
          {children}
        </span>
      </div>
      <progress aria-label={name} max={1} value={part} className="block h-2 w-full accent-accent" />
    </div>
  );
}
