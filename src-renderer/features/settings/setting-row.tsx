/** One setting: its label and help, its control, its default, and the outcome of the last change. */
import type { ReactNode } from 'react';
import { Icon } from '../../components/icon.tsx';
import { text } from '../../../src-shared/words/window.ts';
import type { Outcome } from './use-setting.ts';

export function OutcomeLine({ id, outcome }: { id: string; outcome: Outcome }) {
  const problem = outcome !== null && outcome !== 'saved' ? outcome.problem : null;
  return (
    <div id={id} className="col-span-full text-sm empty:hidden">
      {problem === null ? null : (
        <p role="alert" className="flex items-start gap-1.5 text-bad wrap-anywhere">
          <Icon name="warning" className="mt-1 size-3.5" />
          {problem}
        </p>
      )}
    </div>
  );
}

/** Shows "Saved" for a moment, also to screen readers, which need the element to be there before. */
export function SavedMark({ outcome }: { outcome: Outcome }) {
  return (
    <span role="status" className="inline-flex items-center gap-1 text-xs text-good">
      {outcome === 'saved' ? (
        <>
          <Icon name="check" className="size-3.5" />
          {text.settings.saved}
        </>
      ) : null}
    </span>
  );
}

export function SettingRow({
  id,
  label,
  help,
  defaultMark,
  outcome,
  children,
}: {
  /** Id of the control; that of its help ends in `-help`, that of the outcome in `-outcome`. */
  id: string;
  label: string;
  help: string;
  /** The text about the default; null where the value is the default. */
  defaultMark: string | null;
  outcome: Outcome;
  children: ReactNode;
}) {
  const isMarked = outcome !== 'saved';
  return (
    <div className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 py-3.5 first:pt-0 last:pb-0 sm:gap-x-6">
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <p id={`${id}-help`} className="text-sm text-muted">
          {help}
        </p>
      </div>
      <div className="flex flex-col items-end justify-center gap-0.5">
        <div className="flex items-center gap-3 max-sm:flex-col-reverse max-sm:items-end max-sm:gap-1.5">
          {children}
        </div>
        <p className="min-h-4 text-right text-xs text-muted">
          <SavedMark outcome={outcome} />
          {isMarked ? (
            <span>
              {defaultMark === null
                ? text.settings.isDefault
                : text.settings.defaultIs(defaultMark)}
            </span>
          ) : null}
        </p>
      </div>
      <OutcomeLine id={`${id}-outcome`} outcome={outcome} />
    </div>
  );
}
