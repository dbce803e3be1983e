/** The list of programs that MindMesh makes room for. */
import { type SyntheticEvent, useId, useRef, useState } from 'react';
import { settingsSchema } from '../../../src-shared/settings.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { text } from '../../locales/text.ts';
import { OutcomeLine, SavedMark } from './setting-row.tsx';
import { withProgram } from './program-list.ts';
import { useSetting } from './use-setting.ts';

const words = text.settings.apps;

export function ExclusiveApps() {
  const id = useId();
  const inputRef = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState('');
  const { value: programs, outcome, set, refuse } = useSetting('exclusiveApps');

  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    const added = withProgram(programs, draft, settingsSchema.shape.exclusiveApps);
    if ('problem' in added) {
      refuse(added.problem);
    } else if (added.programs !== programs) {
      set(added.programs);
      setDraft('');
    }
  };
  const remove = (program: string): void => {
    set(programs.filter((each) => each !== program));
    // The button that had the focus is gone.
    inputRef.current?.focus();
  };
  return (
    <div className="space-y-2 py-3.5">
      <div className="flex items-baseline justify-between gap-3">
        <div>
          <label htmlFor={id} className="font-medium">
            {words.label}
          </label>
          <p id={`${id}-help`} className="text-sm text-muted">
            {words.help}
          </p>
        </div>
        <SavedMark outcome={outcome} />
      </div>
      {programs.length === 0 ? (
        <p className="text-sm text-muted">{words.none}</p>
      ) : (
        <ul aria-label={words.label} className="flex flex-wrap gap-2">
          {programs.map((program) => (
            <li
              key={program}
              className="inline-flex max-w-full items-center gap-1 rounded-lg border border-line pl-2.5 text-sm"
            >
              <span className="min-w-0 wrap-anywhere">{program}</span>
              <IconButton
                icon="cross"
                label={words.remove(program)}
                onClick={() => remove(program)}
              />
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={add} className="flex gap-2">
        <input
          ref={inputRef}
          id={id}
          type="text"
          autoComplete="off"
          spellCheck={false}
          placeholder={words.placeholder}
          aria-invalid={outcome !== null && outcome !== 'saved'}
          aria-describedby={`${id}-help ${id}-outcome`}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          className="min-w-0 grow rounded-lg border border-line bg-surface px-2.5 py-1 placeholder:text-muted hover:border-accent aria-[invalid=true]:border-bad sm:max-w-72"
        />
        <Button type="submit" icon="plus">
          {words.add}
        </Button>
      </form>
      <OutcomeLine id={`${id}-outcome`} outcome={outcome} />
    </div>
  );
}
