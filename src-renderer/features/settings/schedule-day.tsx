/** The hours of one weekday: a picture of the day, and its spans. */
import { useRef } from 'react';
import {
  everyDay,
  mostSpans,
  type Weekday,
  type WeeklySchedule,
} from '../../../src-shared/settings/schedule.ts';
import { IconButton } from '../../components/button.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { nextSpan, withSpan, workedParts } from './schedule-form.ts';
import { SpanFields } from './span-fields.tsx';

const words = text.settings.schedule;

function DayPicture({ schedule, day }: { schedule: WeeklySchedule; day: Weekday }) {
  return (
    <svg viewBox="0 0 1440 8" preserveAspectRatio="none" className="h-2 w-full" aria-hidden="true">
      <rect width={1440} height={8} className="fill-line" />
      {workedParts(schedule, day).map(({ from, to }) => (
        <rect key={`${from}-${to}`} x={from} width={to - from} height={8} className="fill-accent" />
      ))}
      {[360, 720, 1080].map((x) => (
        <rect key={x} x={x - 3} width={6} height={8} className="fill-raised" />
      ))}
    </svg>
  );
}

export function ScheduleDay({
  schedule,
  day,
  onChange,
}: {
  schedule: WeeklySchedule;
  day: Weekday;
  onChange: (schedule: WeeklySchedule) => void;
}) {
  const addRef = useRef<HTMLButtonElement>(null);
  const name = words.weekdays[day];
  const spans = schedule[day];
  return (
    <li className="space-y-2 py-3 first:pt-1" aria-label={name}>
      <div className="flex items-center gap-3">
        <span className="w-24 shrink-0 text-sm font-medium">{name}</span>
        <DayPicture schedule={schedule} day={day} />
        <span className="flex shrink-0">
          <IconButton
            ref={addRef}
            icon="plus"
            label={words.add(name)}
            disabled={spans.length >= mostSpans}
            onClick={() => onChange(withSpan(schedule, day, spans.length, nextSpan(spans)))}
          />
          <IconButton
            icon="copy"
            label={words.copy(name)}
            onClick={() => onChange(everyDay(spans))}
          />
        </span>
      </div>
      {spans.length === 0 ? (
        <p className="text-sm text-muted sm:pl-27">{words.idleAllDay}</p>
      ) : (
        <ul className="space-y-1 sm:pl-27">
          {spans.map((span, index) => (
            <SpanFields
              // oxlint-disable-next-line react/no-array-index-key -- a span has no name but its place, and keeps it while it is edited
              key={index}
              day={name}
              number={index + 1}
              span={span}
              onChange={(changed) => onChange(withSpan(schedule, day, index, changed))}
              onRemove={() => {
                onChange(withSpan(schedule, day, index, null));
                // The focused button is gone, so this one gets the focus.
                addRef.current?.focus();
              }}
            />
          ))}
        </ul>
      )}
    </li>
  );
}
