/** The page about models: known ones, those that can be downloaded, and how much room they may take. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { Page } from '../../components/page.tsx';
import { useCatalog } from '../../features/models/use-catalog.ts';
import { SettingsGroup } from '../../features/settings/settings-group.tsx';
import { SettingsSection } from '../../features/settings/settings-section.tsx';
import { useSettings } from '../../features/settings/use-settings.ts';
import { text } from '../../../src-shared/words/window.ts';
import { CatalogCard } from './catalog-card.tsx';
import { KnownModels } from './known-models.tsx';

const words = text.models;

export function ModelsView({ snapshot }: { snapshot: HostSnapshot }) {
  const { node, hostingMemoryBytes } = snapshot;
  const form = useSettings();
  const catalog = useCatalog();
  return (
    <Page title={words.title} lead={words.lead}>
      <SettingsSection form={form}>
        {node === null ? (
          <p className="text-muted">{words.notRunning}</p>
        ) : (
          <>
            <KnownModels node={node} snapshot={snapshot} />
            <CatalogCard node={node} roomBytes={hostingMemoryBytes} catalog={catalog} />
          </>
        )}
        <SettingsGroup group="hosting">
          <div className="pt-3.5 text-sm text-muted">
            {hostingMemoryBytes === undefined ? null : <p>{words.room(hostingMemoryBytes)}</p>}
            {catalog.storage === null ? null : (
              <p>{words.storage(catalog.storage.usedBytes, catalog.storage.freeBytes)}</p>
            )}
          </div>
        </SettingsGroup>
      </SettingsSection>
    </Page>
  );
}
