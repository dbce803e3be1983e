/** The page about this machine for an owner who wants to know why it does not serve, or why it is slow. */
import { byTopic } from '../../../src-shared/doctor/topics.ts';
import { text } from '../../../src-shared/words/window.ts';
import { topicWords } from '../../../src-shared/words/words.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Page } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { useExamination } from '../../features/doctor/use-examination.ts';
import { FindingList } from './finding-list.tsx';

const words = text.doctor;

export function DoctorView() {
  const { examination, problem, isLooking, isMeasuring, lookAgain, measure } = useExamination();
  const isBusy = isLooking || isMeasuring || examination === null;
  const state = isMeasuring
    ? words.measuring
    : examination === null
      ? problem === null
        ? words.looking
        : ''
      : words.summary(
          examination.findings.filter(({ level }) => level === 'problem').length,
          examination.findings.filter(({ level }) => level === 'note').length,
        );
  return (
    <Page title={words.title} lead={words.lead}>
      <div className="flex flex-wrap items-center gap-3">
        <Button look="main" icon="play" disabled={isBusy} onClick={measure}>
          {words.measure}
        </Button>
        <Button icon="again" disabled={isBusy} onClick={lookAgain}>
          {words.lookAgain}
        </Button>
        <p role="status" className="text-sm text-muted">
          {state}
        </p>
      </div>
      <Problem>{problem}</Problem>
      {examination === null ? null : (
        <>
          {byTopic(examination.findings).map(({ topic, findings }) => (
            <Card key={topic} title={topicWords[topic]}>
              <FindingList findings={findings} />
            </Card>
          ))}
          <Card
            title={words.report}
            aside={<CopyButton value={examination.report} label={words.copyReport} />}
          >
            <p className="text-sm text-muted">{words.reportSentence}</p>
          </Card>
        </>
      )}
    </Page>
  );
}
