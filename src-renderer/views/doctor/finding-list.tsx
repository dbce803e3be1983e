/** Findings of one topic, each with its level and with what the owner can do. */
import type { Finding, FindingLevel } from '../../../src-shared/doctor/finding.ts';
import { findingWords, levelWords } from '../../../src-shared/words/words.ts';
import { StateBadge, type Tone } from '../../components/state-badge.tsx';

const tones: Readonly<Record<FindingLevel, Tone>> = { good: 'good', note: 'note', problem: 'bad' };

export function FindingList({ findings }: { findings: readonly Finding[] }) {
  return (
    <ul className="divide-y divide-line">
      {findings.map((finding, index) => {
        const { says, advice } = findingWords(finding);
        return (
          // Two findings may have the same words, as of two equal cards; none of them moves.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className="flex gap-3 py-2 first:pt-0 last:pb-0">
            <span className="w-18 shrink-0 pt-px">
              <StateBadge tone={tones[finding.level]}>{levelWords[finding.level]}</StateBadge>
            </span>
            <div className="min-w-0 wrap-anywhere">
              <p className="text-sm">{says}</p>
              {advice === undefined ? null : <p className="text-sm text-muted">{advice}</p>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
