/** Shown after "Not now": that nothing runs, and how to return. */
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Mark } from '../../components/mark.tsx';
import { useDesktop } from '../../features/desktop-shell/desktop-context.tsx';
import { failureSentence } from '../../features/host-client/failure-sentence.ts';
import { useHost } from '../../features/host-client/host-context.tsx';
import { text } from '../../../src-shared/words/window.ts';

const words = text.consent;

export function DeclinedView({ onBack }: { onBack: () => void }) {
  const host = useHost();
  const isDesktop = useDesktop() !== null;
  const [problem, setProblem] = useState<string | null>(null);
  const titleRef = useRef<HTMLHeadingElement>(null);

  // The focused button is gone; a screen reader continues from here.
  useEffect(() => titleRef.current?.focus(), []);

  const quit = (): void => {
    host.request('stop', {}).catch((error: unknown) => setProblem(failureSentence(error)));
  };
  return (
    <div className="m-auto max-w-md space-y-4 p-6 text-center">
      <Mark className="mx-auto size-12" />
      <h1
        ref={titleRef}
        tabIndex={-1}
        className="text-2xl font-semibold tracking-tight outline-none"
      >
        {words.declinedTitle}
      </h1>
      <p className="text-balance text-muted">
        {isDesktop ? words.declinedDesktop : words.declinedBrowser}
      </p>
      {problem === null ? null : (
        <p role="alert" className="text-sm text-bad">
          {problem}
        </p>
      )}
      <div className="flex justify-center gap-3">
        <Button look="main" onClick={onBack}>
          {words.readAgain}
        </Button>
        {isDesktop ? <Button onClick={quit}>{words.quit}</Button> : null}
      </div>
    </div>
  );
}
