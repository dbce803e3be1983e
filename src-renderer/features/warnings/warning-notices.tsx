/** The host's warnings; each one shows until it is dismissed in this window. */
import { useState } from 'react';
import type { Warning } from '../../../src-shared/warning.ts';
import { warningWords } from '../../../src-shared/words/words.ts';
import { Notice } from '../../components/notice.tsx';
import { DismissButton } from './dismiss-button.tsx';

export function WarningNotices({ warnings }: { warnings: readonly Warning[] }) {
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  return [...new Set(warnings.map(warningWords))]
    .filter((words) => !dismissed.includes(words))
    .map((words) => (
      <Notice
        key={words}
        look="warning"
        title={words}
        action={<DismissButton onDismiss={() => setDismissed([...dismissed, words])} />}
      />
    ));
}
