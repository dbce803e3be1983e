/** A switch that takes effect at once. */
import type { ComponentProps } from 'react';

export function Switch(props: Omit<ComponentProps<'input'>, 'type' | 'role' | 'className'>) {
  return (
    <input
      type="checkbox"
      role="switch"
      className="relative h-5.5 w-10 shrink-0 appearance-none rounded-full border border-muted bg-surface transition-colors before:absolute before:top-0.5 before:left-0.5 before:size-4 before:rounded-full before:bg-muted before:transition-transform checked:border-accent checked:bg-accent checked:before:translate-x-4.5 checked:before:bg-on-accent enabled:cursor-pointer disabled:opacity-50"
      {...props}
    />
  );
}
