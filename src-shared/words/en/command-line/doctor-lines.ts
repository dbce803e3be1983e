/** What `mindmesh doctor` prints, as lines of text. Pure. */
import type { Finding, FindingLevel } from '../../../doctor/finding.ts';
import { byTopic } from '../../../doctor/topics.ts';
import { findingWords, takenOut, topicWords } from '../doctor/finding-words.ts';
import { count } from './amounts.ts';

const marks: Readonly<Record<FindingLevel, string>> = {
  good: 'ok',
  note: 'note',
  problem: 'PROBLEM',
};

export function doctorLines(findings: readonly Finding[]): string[] {
  return [
    ...byTopic(findings).flatMap(({ topic, findings: ofTopic }) => [
      topicWords[topic],
      ...ofTopic.flatMap(findingLines),
      '',
    ]),
    summary(findings),
  ];
}

function findingLines(finding: Finding): string[] {
  const { says, advice } = findingWords(finding);
  return [
    row(marks[finding.level], says),
    ...(advice === undefined ? [] : [row('', `→ ${advice}`)]),
  ];
}

function row(mark: string, text: string): string {
  return `  ${mark.padEnd(9)}${text}`;
}

function summary(findings: readonly Finding[]): string {
  const number = (level: FindingLevel): number =>
    findings.filter((finding) => finding.level === level).length;
  const problems = number('problem');
  return `${problems === 0 ? 'No problem' : count(problems, 'problem')} and ${count(number('note'), 'note')}.`;
}

export const doctorWords = {
  measuring: 'Looking at this machine and measuring its speed; this takes up to 20 seconds …',
  written: (file: string) =>
    `The report is in ${file}. ${takenOut} Look through it before you send it.`,
  notWritten: (file: string, reason: string) => `${file} cannot be written: ${reason}`,
};
