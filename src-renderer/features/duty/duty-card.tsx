/** What this machine does for the mesh and why, with pause and resume. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { Card } from '../../components/card.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { dutyWords, withoutCardWords } from '../../../src-shared/words/words.ts';
import { localNow } from '../../../src-shared/local-time.ts';
import { text } from '../../../src-shared/words/window.ts';
import { dutySummary, ownQuestions } from './duty-summary.ts';
import { PauseControls } from './pause-controls.tsx';
import { PauseReasons } from './pause-reasons.tsx';

const words = text.duty;

export function DutyCard({
  snapshot,
  withReasons,
}: {
  snapshot: Pick<HostSnapshot, 'duty' | 'node' | 'withoutCard'>;
  withReasons: boolean;
}) {
  const { duty, withoutCard = null } = snapshot;
  const { tone, word } = dutySummary(duty);
  const questions = ownQuestions(snapshot);
  const reasons = duty.state === 'paused' || duty.state === 'draining' ? duty.reasons : [];
  return (
    <Card title={words.title} aside={<StateBadge tone={tone}>{word}</StateBadge>}>
      <div role="status" className="mb-4">
        <p className="text-lg leading-snug text-balance wrap-anywhere">
          {duty.state === 'off' ? words.offSentence : dutyWords(duty, localNow())}
        </p>
        {questions === null ? null : (
          <p className="mt-1 text-sm text-muted">{words.questions[questions]}</p>
        )}
        {withoutCard === null ? null : (
          <p className="mt-1 text-sm text-muted">{withoutCardWords[withoutCard]}</p>
        )}
      </div>
      <PauseControls duty={duty} />
      {withReasons && reasons.length > 0 ? <PauseReasons reasons={reasons} /> : null}
    </Card>
  );
}
