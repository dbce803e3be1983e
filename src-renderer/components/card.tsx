/** A titled part of the status page. */
import { useId, type ReactNode } from 'react';

export function Card({
  title,
  aside,
  className = '',
  children,
}: {
  title: string;
  /** Shown at the end of the title's line. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={`rounded-2xl border border-line bg-raised p-5 ${className}`}
    >
      <div className="mb-3 flex items-baseline justify-between gap-3">
        <h2 id={id} className="text-sm font-semibold">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
