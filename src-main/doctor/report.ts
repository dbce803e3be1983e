/** The text of an examination for a bug report: findings with their sentences, and nothing personal. */
import type { Duty, PauseCause } from '../../src-shared/duty.ts';
import type { Finding } from '../../src-shared/doctor/finding.ts';
import { topicOf } from '../../src-shared/doctor/topics.ts';
import { findingWords, reportAbout } from '../../src-shared/words/words.ts';
import { type PersonalNames, redactPersonal } from './redact-report.ts';

export function reportText(findings: readonly Finding[], names: PersonalNames): string {
  const entries = findings.map(withoutPrograms).map((finding) => ({
    topic: topicOf(finding),
    ...findingWords(finding),
    ...finding,
  }));
  const report = { about: reportAbout, format: 1, at: new Date().toISOString(), findings: entries };
  return `${JSON.stringify(redactPersonal(report, names), null, 2)}\n`;
}

/** What the owner runs, such as games, is not the developers' to know. */
function withoutPrograms(finding: Finding): Finding {
  return 'duty' in finding ? { ...finding, duty: dutyWithoutPrograms(finding.duty) } : finding;
}

function dutyWithoutPrograms(duty: Duty): Duty {
  return duty.state === 'paused' || duty.state === 'draining'
    ? {
        ...duty,
        reasons: duty.reasons.map((each) => ({
          ...each,
          reason: causeWithoutPrograms(each.reason),
        })),
      }
    : duty;
}

function causeWithoutPrograms(cause: PauseCause): PauseCause {
  if (cause.code === 'program-running') {
    return { ...cause, names: cause.names.map(() => '…') };
  }
  return cause.code === 'full-screen' ? { ...cause, name: '…' } : cause;
}
