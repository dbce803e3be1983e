/** The page about the mesh: this computer, its peers, the route of a question, and how peers are found. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { Page } from '../../components/page.tsx';
import { memberNames } from '../../features/network/peer-words.ts';
import { usePools } from '../../features/pools/use-pools.ts';
import { SettingsGroup } from '../../features/settings/settings-group.tsx';
import { SettingsSection } from '../../features/settings/settings-section.tsx';
import { useSettings } from '../../features/settings/use-settings.ts';
import { text } from '../../../src-shared/words/window.ts';
import { CoverageCard } from './coverage-card.tsx';
import { OwnCard } from './own-card.tsx';
import { PeersCard } from './peers-card.tsx';
import { RouteCard } from './route-card.tsx';

const words = text.network;

export function NetworkView({ snapshot }: { snapshot: HostSnapshot }) {
  const { node } = snapshot;
  const form = useSettings();
  const names = memberNames(usePools().pools);
  return (
    <Page title={words.title} lead={words.lead}>
      {node === null ? (
        <p className="text-muted">{words.notRunning}</p>
      ) : (
        <>
          <OwnCard node={node} upnp={form.settings?.upnp} />
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <RouteCard node={node} names={names} />
            <CoverageCard node={node} />
          </div>
          <PeersCard node={node} names={names} isSearching={form.settings?.mdns !== false} />
        </>
      )}
      <SettingsSection form={form}>
        <SettingsGroup group="mesh" />
      </SettingsSection>
    </Page>
  );
}
