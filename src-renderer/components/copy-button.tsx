/** A button that copies a text and shows whether that worked. */
import { useEffect, useState } from 'react';
import { text } from '../../src-shared/words/window.ts';
import { IconButton } from './button.tsx';

const shownForMs = 2000;

export function CopyButton({ value, label }: { value: string; label: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);

  useEffect(() => {
    if (outcome !== null) {
      const timer = setTimeout(() => setOutcome(null), shownForMs);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [outcome]);

  const copy = (): void => {
    navigator.clipboard.writeText(value).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    );
  };

  const words = { copied: text.app.copied, failed: text.app.copyFailed };
  return (
    <span className="inline-flex items-center">
      <span role="status" className="text-xs text-muted">
        {outcome === null ? '' : words[outcome]}
      </span>
      <IconButton
        label={label}
        icon={outcome === 'copied' ? 'check' : outcome === 'failed' ? 'cross' : 'copy'}
        onClick={copy}
      />
    </span>
  );
}
