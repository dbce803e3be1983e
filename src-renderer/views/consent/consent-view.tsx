/**
 * The first screen: what the owner agrees to before anything computes or connects. Agreeing and declining are equally
 * easy.
 */
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Mark } from '../../components/mark.tsx';
import { useDesktop } from '../../features/desktop-shell/desktop-context.tsx';
import { failureSentence } from '../../features/host-client/failure-sentence.ts';
import { useHost, useHostView } from '../../features/host-client/host-context.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { DeclinedView } from './declined-view.tsx';
import { HostingQuestion } from './hosting-question.tsx';
import { settingsOf, useHostingAnswer } from './use-hosting-answer.ts';

const words = text.consent;

export function ConsentView() {
  const host = useHost();
  const isConnected = useHostView().connection === 'connected';
  const isDesktop = useDesktop() !== null;
  const [startAtLogin, setStartAtLogin] = useState(false);
  const hosting = useHostingAnswer(isDesktop);
  const [isAsking, setIsAsking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [hasDeclined, setHasDeclined] = useState(false);

  const agree = async (): Promise<void> => {
    setIsAsking(true);
    setProblem(null);
    try {
      // This comes first: after the consent this screen is gone, and its request with it.
      if (isDesktop) {
        await host.request('changeSettings', { startAtLogin, ...settingsOf(hosting.answer) });
      }
      await host.request('giveConsent', {});
    } catch (error) {
      setProblem(failureSentence(error));
    } finally {
      setIsAsking(false);
    }
  };
  if (hasDeclined) {
    return <DeclinedView onBack={() => setHasDeclined(false)} />;
  }
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto w-full max-w-2xl px-5 py-8 md:py-10">
        <Mark className="size-12" />
        <h1 className="mt-4 text-2xl font-semibold tracking-tight">{words.title}</h1>
        <p className="mt-2 text-muted">{words.lead}</p>
        <div className="mt-7 space-y-6">
          {words.parts.map(({ icon, title, sentences }) => (
            <section key={title} className="flex gap-4">
              <span className="flex size-9 shrink-0 items-center justify-center rounded-xl bg-soft text-accent">
                <Icon name={icon} className="size-5" />
              </span>
              <div className="min-w-0 space-y-1.5">
                <h2 className="pt-1 font-semibold">{title}</h2>
                {sentences.map((sentence) => (
                  <p key={sentence}>{sentence}</p>
                ))}
              </div>
            </section>
          ))}
        </div>
        <div className="mt-8 space-y-4 border-t border-line pt-6">
          {hosting.answer === undefined ? null : (
            <HostingQuestion
              answer={hosting.answer}
              problem={hosting.problem}
              onChange={hosting.change}
              onRefuse={hosting.refuse}
            />
          )}
          {isDesktop ? (
            <label className="flex cursor-pointer gap-3">
              <input
                type="checkbox"
                checked={startAtLogin}
                onChange={({ target }) => setStartAtLogin(target.checked)}
                className="mt-1 size-4 shrink-0 accent-accent"
              />
              <span>
                {words.startAtLogin}
                <span className="block text-sm text-muted">{words.startAtLoginHelp}</span>
              </span>
            </label>
          ) : null}
          {problem === null ? null : (
            <p role="alert" className="text-sm text-bad">
              {words.failed} {problem}
            </p>
          )}
          <div className="flex flex-wrap gap-3">
            <Button
              look="main"
              disabled={isAsking || !isConnected || !hosting.isComplete}
              onClick={() => void agree()}
            >
              {words.agree}
            </Button>
            <Button onClick={() => setHasDeclined(true)}>{words.notNow}</Button>
          </div>
        </div>
      </div>
    </div>
  );
}
