/** Every reason of a pause, and how it ends. */
import { type PauseReason, type PauseReasonName } from '../../../src-shared/duty.ts';
import { Icon, type IconName } from '../../components/icon.tsx';
import { causeWords } from '../../../src-shared/words/words.ts';
import { localNow } from '../../../src-shared/local-time.ts';
import { asSentence, text } from '../../../src-shared/words/window.ts';
import { viewAddress } from '../navigation/use-view.ts';
import { canBeSwitchedOff, reasonEnd } from './reason-words.ts';

const words = text.duty;

const icons: Partial<Record<PauseReasonName, IconName>> = {
  user: 'pause',
  'too hot': 'warning',
  'fault cool-down': 'warning',
  'on battery': 'power',
  'outside schedule': 'clock',
};

export function PauseReasons({ reasons }: { reasons: readonly PauseReason[] }) {
  return (
    <section aria-label={words.reasons} className="mt-5 border-t border-line pt-4">
      <h3 className="mb-2 text-xs text-muted">{words.reasons}</h3>
      <ul className="space-y-3">
        {reasons.map((reason) => (
          <li key={reason.name} className="flex gap-3">
            <Icon name={icons[reason.name] ?? 'info'} className="mt-1 size-4 text-muted" />
            <div className="min-w-0 wrap-anywhere">
              <p className="font-medium">{asSentence(causeWords(reason.reason, localNow()))}</p>
              <p className="text-sm text-muted">
                {reasonEnd(reason)}{' '}
                {canBeSwitchedOff(reason) ? (
                  <a href={viewAddress('settings')} className="text-accent underline">
                    {text.app.views.settings}
                  </a>
                ) : null}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
