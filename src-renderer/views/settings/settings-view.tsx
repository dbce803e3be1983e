/** The page of settings: when and how much this machine works, and what others learn of it. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { useDesktop } from '../../features/desktop-shell/desktop-context.tsx';
import { viewAddress } from '../../features/navigation/use-view.ts';
import { SettingsGroup } from '../../features/settings/settings-group.tsx';
import { SettingsSection } from '../../features/settings/settings-section.tsx';
import { SingleCards } from '../../features/settings/single-cards.tsx';
import { useFacts } from '../../features/machine/use-facts.ts';
import { useSettings } from '../../features/settings/use-settings.ts';
import { text } from '../../../src-shared/words/window.ts';
import { AppGroup } from './app-group.tsx';

const words = text.settings;

function ApiAddress({ baseUrl }: { baseUrl: string }) {
  return (
    <div className="py-3.5">
      <p className="font-medium">{words.privacy.api}</p>
      <p className="flex items-center gap-1">
        <code className="truncate font-mono text-[0.8125rem]">{baseUrl}</code>
        <CopyButton value={baseUrl} label={words.privacy.copyApi} />
      </p>
    </div>
  );
}

function PrivacyNotes({ baseUrl }: { baseUrl: string }) {
  return (
    <>
      <div className="space-y-2 pb-3.5 text-sm">
        <p>{words.privacy.here}</p>
        <p>{words.privacy.peers}</p>
        <p>
          {words.privacy.network}{' '}
          <a href={viewAddress('network')} className="text-accent underline">
            {text.app.views.network}
          </a>
          .
        </p>
      </div>
      <ApiAddress baseUrl={baseUrl} />
    </>
  );
}

export function SettingsView({ snapshot }: { snapshot: HostSnapshot }) {
  const form = useSettings();
  const facts = useFacts();
  const isDesktop = useDesktop() !== null;
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto w-full max-w-3xl space-y-4 p-4 md:p-6">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">{words.title}</h1>
          <p className="text-sm text-muted">{words.lead}</p>
        </div>
        <SettingsSection form={form}>
          <SettingsGroup group="when" />
          <SettingsGroup group="much">
            <SingleCards gpus={facts?.gpus} />
          </SettingsGroup>
          <SettingsGroup group="traffic" />
          <SettingsGroup group="asking" />
          <SettingsGroup group="programs" lead={<PrivacyNotes baseUrl={snapshot.api.baseUrl} />} />
          <SettingsGroup group="engine" />
          {isDesktop ? <AppGroup version={snapshot.version} /> : null}
        </SettingsSection>
      </div>
    </div>
  );
}
