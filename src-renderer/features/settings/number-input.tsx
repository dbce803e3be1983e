/**
 * A whole number with its unit. The typed number takes effect when the focus leaves the field or Enter is pressed;
 * Escape undoes it.
 */
import { useState } from 'react';
import type { Bounds } from '../../../src-shared/settings/kinds.ts';
import { readNumber } from './number-field.ts';

interface NumberInputProps {
  id: string;
  /** For a field without a label element. */
  label?: string;
  unit: string;
  value: number;
  bounds: Bounds;
  isInvalid: boolean;
  onCommit: (value: number) => void;
  /** Gets what is wrong with the text in the field; null when it is valid again, or gone. */
  onRefuse: (problem: string | null) => void;
}

export function NumberInput(props: NumberInputProps) {
  const { id, label, unit, value, bounds, isInvalid, onCommit, onRefuse } = props;
  const [draft, setDraft] = useState<string | null>(null);

  const commit = (): void => {
    if (draft === null) {
      return;
    }
    const typed = readNumber(draft, bounds);
    if ('problem' in typed) {
      onRefuse(typed.problem);
      return;
    }
    setDraft(null);
    onRefuse(null);
    if (typed.value !== value) {
      onCommit(typed.value);
    }
  };
  return (
    <span className="inline-flex items-center gap-2">
      <input
        id={id}
        type="text"
        inputMode="numeric"
        autoComplete="off"
        aria-label={label}
        aria-invalid={isInvalid}
        aria-describedby={`${id}-unit ${id}-help ${id}-outcome`}
        value={draft ?? String(value)}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            commit();
          } else if (event.key === 'Escape') {
            setDraft(null);
            onRefuse(null);
          }
        }}
        className="w-20 rounded-lg border border-line bg-surface px-2.5 py-1 text-right tabular-nums hover:border-accent aria-[invalid=true]:border-bad"
      />
      <span id={`${id}-unit`} className="text-sm text-muted empty:hidden">
        {unit}
      </span>
    </span>
  );
}
