/** Shows a state as an icon, a colour and a word, so that the colour alone carries no meaning. */
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'busy' | 'note' | 'bad' | 'paused' | 'quiet';

const looks: Record<Tone, { icon: IconName; className: string }> = {
  good: { icon: 'check', className: 'text-good' },
  busy: { icon: 'clock', className: 'text-warning' },
  note: { icon: 'info', className: 'text-muted' },
  bad: { icon: 'warning', className: 'text-bad' },
  paused: { icon: 'pause', className: 'text-muted' },
  quiet: { icon: 'cross', className: 'text-muted' },
};

export function StateBadge({ tone, children }: { tone: Tone; children: string }) {
  const { icon, className } = looks[tone];
  return (
    <span className={`inline-flex items-center gap-1 text-xs font-medium ${className}`}>
      <Icon name={icon} className="size-3.5" />
      {children}
    </span>
  );
}
