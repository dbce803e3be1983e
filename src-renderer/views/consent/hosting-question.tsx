/** The question of the first screen whether this computer hosts by itself, and how much of the disk that may take. */
import { useId } from 'react';
import type { HostingSuggestion } from '../../../src-shared/api/duty.ts';
import { boundsOf } from '../../../src-shared/settings/kinds.ts';
import { text } from '../../../src-shared/words/window.ts';
import { NumberInput } from '../../features/settings/number-input.tsx';

const words = text.consent.hosting;

interface HostingQuestionProps {
  answer: HostingSuggestion;
  problem: string | null;
  onChange: (changed: Partial<HostingSuggestion>) => void;
  onRefuse: (problem: string | null) => void;
}

export function HostingQuestion({ answer, problem, onChange, onRefuse }: HostingQuestionProps) {
  const id = useId();
  const isAutomatic = answer.hosting === 'automatic';
  return (
    <div className="space-y-3">
      <label className="flex cursor-pointer gap-3">
        <input
          type="checkbox"
          checked={isAutomatic}
          aria-describedby={`${id}-automatic`}
          onChange={({ target }) => {
            // The field goes, and what was typed there with it.
            onRefuse(null);
            onChange({ hosting: target.checked ? 'automatic' : 'chosen' });
          }}
          className="mt-1 size-4 shrink-0 accent-accent"
        />
        <span>
          {words.automatic}
          <span id={`${id}-automatic`} className="block text-sm text-muted">
            {words.automaticHelp}
          </span>
        </span>
      </label>
      {isAutomatic ? (
        <div className="ml-7">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <label htmlFor={id}>{words.disk}</label>
            <NumberInput
              id={id}
              unit={words.diskUnit}
              value={answer.diskLimitGigabytes}
              bounds={boundsOf('diskLimitGigabytes')}
              isInvalid={problem !== null}
              onCommit={(diskLimitGigabytes) => onChange({ diskLimitGigabytes })}
              onRefuse={onRefuse}
            />
          </div>
          <p id={`${id}-help`} className="text-sm text-muted">
            {words.diskHelp(answer.freeBytes)}
          </p>
          <p id={`${id}-outcome`} role="alert" className="text-sm text-bad empty:hidden">
            {problem}
          </p>
        </div>
      ) : null}
    </div>
  );
}
