/** The page about pools: this computer's pools, creating and joining one, and whether it also talks to others. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { Card } from '../../components/card.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { type PoolsState, usePools } from '../../features/pools/use-pools.ts';
import { SettingsGroup } from '../../features/settings/settings-group.tsx';
import { SettingsSection } from '../../features/settings/settings-section.tsx';
import { useSettings } from '../../features/settings/use-settings.ts';
import { text } from '../../../src-shared/words/window.ts';
import { CreateCard } from './create-card.tsx';
import { JoinCard } from './join-card.tsx';
import { PoolCard } from './pool-card.tsx';

const words = text.pools;

function PoolCards({ pools, failure }: PoolsState) {
  if (pools === null) {
    return failure === null ? (
      <p className="text-muted">{words.loading}</p>
    ) : (
      <Problem>{`${words.unreadable} ${failure}`}</Problem>
    );
  }
  return (
    <>
      {failure === null ? null : <Problem>{`${words.unreadable} ${failure}`}</Problem>}
      {pools.length === 0 ? (
        <Card title={words.none}>
          <p className="text-sm text-muted">{words.noneSentence}</p>
        </Card>
      ) : (
        pools.map((pool) => <PoolCard key={pool.id} pool={pool} />)
      )}
    </>
  );
}

export function PoolsView({ snapshot }: { snapshot: HostSnapshot }) {
  const state = usePools();
  const form = useSettings();
  const isAlone =
    form.settings?.poolOnly === true &&
    state.pools?.every((pool) => pool.state !== 'active') === true;
  return (
    <Page title={words.title} lead={words.lead}>
      {isAlone ? (
        <Notice look="warning" title={words.aloneTitle}>
          {words.aloneSentence}
        </Notice>
      ) : null}
      {snapshot.state === 'running' || state.pools !== null ? (
        <PoolCards {...state} />
      ) : (
        <p className="text-muted">{words.notRunning}</p>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <JoinCard />
        <CreateCard />
      </div>
      <SettingsSection form={form}>
        <SettingsGroup group="pools" />
      </SettingsSection>
    </Page>
  );
}
