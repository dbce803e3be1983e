/** The window's buttons: the main one, a quiet one, one for what cannot be undone, and one with an icon only. */
import type { ComponentProps } from 'react';
import { Icon, type IconName } from './icon.tsx';

const looks = {
  main: 'bg-accent text-on-accent hover:bg-accent-strong px-3.5 py-1.5',
  outline: 'border border-line bg-raised hover:border-accent px-3 py-1.5',
  danger: 'border border-bad text-bad hover:bg-bad-soft px-3 py-1.5',
  quiet: 'text-muted hover:bg-soft hover:text-ink px-2 py-1',
} as const;

type ButtonProps = ComponentProps<'button'> & {
  look?: keyof typeof looks;
  icon?: IconName;
};

export function Button({ look = 'outline', icon, className = '', children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`inline-flex items-center gap-1.5 rounded-lg text-sm font-medium transition-colors disabled:opacity-50 ${looks[look]} ${className}`}
      {...rest}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button with an icon and no text; `label` is its name for screen readers. */
export function IconButton({
  label,
  icon,
  className = '',
  ...rest
}: Omit<ComponentProps<'button'>, 'children'> & { label: string; icon: IconName }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-8 items-center justify-center rounded-lg text-muted transition-colors hover:bg-soft hover:text-ink disabled:opacity-50 ${className}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
