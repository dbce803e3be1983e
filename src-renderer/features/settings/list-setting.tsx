/** A setting that is a list: its entries, each with a button that removes it, and a field that adds one. */
import { type SyntheticEvent, useId, useRef, useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { text } from '../../../src-shared/words/window.ts';
import type { ListName } from '../../../src-shared/settings/kinds.ts';
import { withEntry } from './list-entry.ts';
import { fieldWords } from './setting-help.ts';
import { OutcomeLine, SavedMark } from './setting-row.tsx';
import { useSetting } from './use-setting.ts';

export function ListSetting({ name }: { name: ListName }) {
  const id = useId();
  const inputRef = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState('');
  const { value: entries, outcome, set, refuse } = useSetting(name);
  const { label, help } = fieldWords(name);
  const words = text.settings.lists[name];

  const add = (event: SyntheticEvent): void => {
    event.preventDefault();
    const added = withEntry(name, entries, draft);
    if ('problem' in added) {
      refuse(added.problem);
    } else if (added.entries !== entries) {
      set(added.entries);
      setDraft('');
    }
  };
  const remove = (entry: string): void => {
    set(entries.filter((each) => each !== entry));
    // The focused button is gone, so the field gets the focus.
    inputRef.current?.focus();
  };
  return (
    <div className="space-y-2 py-3.5 last:pb-0">
      <div className="flex items-baseline justify-between gap-3">
        <div>
          <label htmlFor={id} className="font-medium">
            {label}
          </label>
          <p id={`${id}-help`} className="text-sm text-muted">
            {help}
          </p>
        </div>
        <SavedMark outcome={outcome} />
      </div>
      {entries.length === 0 ? (
        <p className="text-sm text-muted">{words.empty}</p>
      ) : (
        <ul aria-label={label} className="flex flex-wrap gap-2">
          {entries.map((entry) => (
            <li
              key={entry}
              className="inline-flex max-w-full items-center gap-1 rounded-lg border border-line pl-2.5 text-sm"
            >
              <span className="min-w-0 wrap-anywhere">{entry}</span>
              <IconButton
                icon="cross"
                label={text.settings.listRemove(entry)}
                onClick={() => remove(entry)}
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
          className="min-w-0 grow rounded-lg border border-line bg-surface px-2.5 py-1 placeholder:text-muted hover:border-accent aria-[invalid=true]:border-bad sm:max-w-96"
        />
        <Button type="submit" icon="plus" aria-label={text.settings.listAdd(label)}>
          {text.settings.add}
        </Button>
      </form>
      <OutcomeLine id={`${id}-outcome`} outcome={outcome} />
    </div>
  );
}
