/** Adds a model file to the library, chosen in the system's dialog; only in the desktop app. */
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { useDesktop } from '../desktop-shell/desktop-context.tsx';
import { failureSentence } from '../host-client/failure-sentence.ts';
import { useHost } from '../host-client/host-context.tsx';

const words = text.desktop;

export function AddModel() {
  const api = useDesktop();
  const host = useHost();
  const [isAdding, setIsAdding] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  if (api === null) {
    return null;
  }
  const add = async (): Promise<void> => {
    setIsAdding(true);
    setProblem(null);
    setWarnings([]);
    try {
      const path = await api.chooseModelFile();
      if (path !== null) {
        const imported = await host.request('importModel', { path });
        setWarnings(imported.warnings ?? []);
      }
    } catch (error) {
      setProblem(failureSentence(error));
    } finally {
      setIsAdding(false);
    }
  };
  return (
    <div className="mt-4">
      <Button icon="plus" disabled={isAdding} onClick={() => void add()}>
        {words.addModel}
      </Button>
      {warnings.map((warning) => (
        <p key={warning} role="status" className="mt-2 text-sm wrap-anywhere">
          {warning}
        </p>
      ))}
      {problem === null ? null : (
        <p role="alert" className="mt-2 text-sm text-bad wrap-anywhere">
          {words.addModelFailed} {problem}
        </p>
      )}
    </div>
  );
}
