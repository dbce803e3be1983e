/** The host's warnings, each until it is dismissed in this window. */
import { useState } from 'react';
import { Notice } from '../../components/notice.tsx';
import { DismissButton } from './dismiss-button.tsx';

export function WarningNotices({ warnings }: { warnings: readonly string[] }) {
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  return [...new Set(warnings)]
    .filter((warning) => !dismissed.includes(warning))
    .map((warning) => (
      <Notice
        key={warning}
        look="warning"
        title={warning}
        action={<DismissButton onDismiss={() => setDismissed([...dismissed, warning])} />}
      />
    ));
}
