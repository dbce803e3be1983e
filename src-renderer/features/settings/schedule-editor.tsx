/** The hours of the week in which this machine may work: all of them, or those of each weekday. */
import { useId } from 'react';
import { weekFromMonday } from '../../../src-shared/settings/schedule.ts';
import { text } from '../../../src-shared/words/window.ts';
import { nights } from './schedule-form.ts';
import { OutcomeLine, SavedMark } from './setting-row.tsx';
import { ScheduleDay } from './schedule-day.tsx';
import { useSetting } from './use-setting.ts';

const { label: title, help } = text.settings.fields.schedule;
const words = text.settings.schedule;

export function ScheduleEditor() {
  const id = useId();
  const { value: schedule, outcome, set } = useSetting('schedule');
  const choices = [
    { label: words.always, isChosen: schedule === null, value: null },
    { label: words.hours, isChosen: schedule !== null, value: nights },
  ];
  return (
    <fieldset aria-describedby={`${id}-help`} className="py-3.5 last:pb-0">
      <legend className="float-left font-medium">{title}</legend>
      <span className="float-right">
        <SavedMark outcome={outcome} />
      </span>
      <p id={`${id}-help`} className="clear-both text-sm text-muted">
        {help}
      </p>
      <div className="mt-2 flex flex-wrap gap-x-6 gap-y-1">
        {choices.map(({ label, isChosen, value }) => (
          <label key={label} className="inline-flex cursor-pointer items-center gap-2">
            <input
              type="radio"
              name={id}
              checked={isChosen}
              onChange={() => set(value)}
              className="size-4 accent-accent"
            />
            {label}
          </label>
        ))}
      </div>
      {schedule === null ? null : (
        <ul className="mt-3 divide-y divide-line">
          {weekFromMonday.map((day) => (
            <ScheduleDay key={day} schedule={schedule} day={day} onChange={set} />
          ))}
        </ul>
      )}
      <OutcomeLine id={`${id}-outcome`} outcome={outcome} />
    </fieldset>
  );
}
