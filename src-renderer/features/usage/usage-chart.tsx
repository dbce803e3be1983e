/** Tokens per day as bars: received ones below, served ones above them and paler. */
import type { UsageSummary } from '../../../src-shared/api/usage.ts';
import { text } from '../../../src-shared/words/window.ts';

type Day = UsageSummary['days'][number];

const height = 64;
const step = 10;
const barWidth = 7;

function Swatch({ className, children }: { className: string; children: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden="true" className={`h-2.5 w-2 rounded-[2px] ${className}`} />
      {children}
    </span>
  );
}

export function UsageChart({ days }: { days: readonly Day[] }) {
  const most = Math.max(1, ...days.map(({ received, served }) => received + served));
  const scaled = (tokens: number): number => (tokens / most) * height;
  return (
    <figure className="mt-4">
      <svg
        viewBox={`0 0 ${30 * step} ${height}`}
        className="h-16 w-full"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {days.map(({ day, received, served }, index) => {
          const x = (30 - days.length + index) * step;
          const tall = Math.max(scaled(received + served), 1);
          return (
            <g key={day}>
              <title>{text.status.usageOfDay(day, received, served)}</title>
              <rect x={x} y={0} width={step} height={height} className="fill-transparent" />
              <rect
                x={x}
                y={height - tall}
                width={barWidth}
                height={tall}
                className="fill-accent/35"
              />
              <rect
                x={x}
                y={height - scaled(received)}
                width={barWidth}
                height={scaled(received)}
                className="fill-accent"
              />
            </g>
          );
        })}
      </svg>
      <figcaption className="mt-1.5 flex flex-wrap gap-x-3 text-xs text-muted">
        <span>{text.status.usageChart}</span>
        <Swatch className="bg-accent">{text.status.usageReceived}</Swatch>
        <Swatch className="bg-accent/35">{text.status.usageServed}</Swatch>
      </figcaption>
      <table className="sr-only">
        <caption>{text.status.usageChart}</caption>
        <thead>
          <tr>
            <th scope="col">{text.status.usageDay}</th>
            <th scope="col">{text.status.received}</th>
            <th scope="col">{text.status.served}</th>
          </tr>
        </thead>
        <tbody>
          {days.map(({ day, received, served }) => (
            <tr key={day}>
              <th scope="row">{text.status.day(day)}</th>
              <td>{text.status.count(received)}</td>
              <td>{text.status.count(served)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
