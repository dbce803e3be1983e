/** Whether this machine hosts only what its owner chose, or also what the mesh needs. */
import { useId } from 'react';
import { text } from '../../../src-shared/words/window.ts';
import { OutcomeLine, SavedMark } from './setting-row.tsx';
import { useSetting } from './use-setting.ts';

const words = text.models;

export function HostingChoice() {
  const id = useId();
  const { value, outcome, set } = useSetting('hosting');
  return (
    <fieldset aria-describedby={`${id}-help`} className="pb-3.5">
      <legend className="float-left font-medium">{text.settings.fields.hosting.label}</legend>
      <span className="float-right">
        <SavedMark outcome={outcome} />
      </span>
      <p id={`${id}-help`} className="clear-both text-sm text-muted">
        {text.settings.fields.hosting.help}
      </p>
      <div className="mt-2 flex flex-wrap gap-x-6 gap-y-1">
        {(['chosen', 'automatic'] as const).map((mode) => (
          <label key={mode} className="inline-flex cursor-pointer items-center gap-2">
            <input
              type="radio"
              name={id}
              checked={value === mode}
              onChange={() => set(mode)}
              className="size-4 accent-accent"
            />
            {words[mode]}
          </label>
        ))}
      </div>
      <OutcomeLine id={`${id}-outcome`} outcome={outcome} />
    </fieldset>
  );
}
