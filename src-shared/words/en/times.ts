/** Times in sentences. Pure. */
import { clockText, dayNumber, localTime, type Moment } from '../../local-time.ts';

/** The moment at which a sentence is read, and the reader's zone. */
export type Now = Pick<Moment, 'wallMs' | 'zone'>;

/** "14:05", with the weekday in front when that is not today. */
export function timeWords(wallMs: number, now: Now): string {
  const { weekday, minute } = localTime(wallMs, now.zone);
  const time = clockText(minute);
  const isToday = dayNumber(wallMs, now.zone) === dayNumber(now.wallMs, now.zone);
  return isToday ? time : `${weekday.slice(0, 1).toUpperCase()}${weekday.slice(1)} ${time}`;
}
