/** Address and key of the OpenAI-compatible API. The key is hidden until the owner shows it. */
import { useState } from 'react';
import { IconButton } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { useApiKey } from '../../features/api/use-api-key.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { text } from '../../../src-shared/words/window.ts';

const words = text.status;

export function ApiCard({ baseUrl }: { baseUrl: string }) {
  const [shown, setShown] = useState(false);
  const key = useApiKey();
  return (
    <Card title={words.api}>
      <p className="mb-3 text-sm text-muted">{words.apiSentence}</p>
      <dl className="space-y-2">
        <div>
          <dt className="text-xs text-muted">{words.baseUrl}</dt>
          <dd className="flex items-center justify-between gap-2 rounded-lg bg-canvas py-0.5 pr-1 pl-3">
            <code className="truncate font-mono text-[0.8125rem]">{baseUrl}</code>
            <CopyButton value={baseUrl} label={words.copyBaseUrl} />
          </dd>
        </div>
        <div>
          <dt className="text-xs text-muted">{words.key}</dt>
          <dd className="flex items-center justify-between gap-2 rounded-lg bg-canvas py-0.5 pr-1 pl-3">
            {shown ? (
              <code className="font-mono text-[0.8125rem] break-all">{key}</code>
            ) : (
              <span className="text-muted">
                <span aria-hidden="true">••••••••••••</span>
                <span className="sr-only">{words.hiddenKey}</span>
              </span>
            )}
            <span className="flex shrink-0">
              <IconButton
                icon="eye"
                label={shown ? words.hideKey : words.showKey}
                onClick={() => setShown(!shown)}
              />
              <CopyButton value={key ?? ''} label={words.copyKey} />
            </span>
          </dd>
        </div>
      </dl>
    </Card>
  );
}
