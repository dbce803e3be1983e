/** A notice about something that went wrong or needs attention, with what to do about it. */
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

const looks = {
  info: { className: 'bg-soft text-ink', icon: 'info' },
  warning: { className: 'bg-warning-soft text-warning', icon: 'warning' },
  bad: { className: 'bg-bad-soft text-bad', icon: 'warning' },
} as const;

export function Notice({
  look,
  title,
  children,
  action,
}: {
  look: keyof typeof looks;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={`flex items-start gap-3 rounded-xl px-4 py-3 text-sm ${looks[look].className}`}>
      <Icon name={looks[look].icon} className="mt-0.5 size-4.5" />
      <div className="min-w-0 grow wrap-anywhere">
        <p className="font-medium">{title}</p>
        {children === undefined ? null : <p className="mt-0.5 text-ink">{children}</p>}
      </div>
      {action}
    </div>
  );
}
