/** Models that can be downloaded. */
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import { Card } from '../../components/card.tsx';
import { Problem } from '../../components/problem.tsx';
import type { CatalogState } from '../../features/models/use-catalog.ts';
import { text } from '../../../src-shared/words/window.ts';
import { CatalogRow } from './catalog-row.tsx';

const words = text.models;

export function CatalogCard({
  node,
  roomBytes,
  catalog: { entries, storage, failure },
}: {
  node: NodeStatus;
  roomBytes: number | undefined;
  catalog: CatalogState;
}) {
  return (
    <Card title={words.catalog}>
      <p className="mb-4 text-sm text-muted">
        {entries?.length === 0 ? words.catalogEmpty : words.catalogSentence}
      </p>
      {failure === null ? null : <Problem>{`${words.catalogFailed} ${failure}`}</Problem>}
      {entries === null ? (
        <p className="text-sm text-muted">{failure === null ? words.catalogLoading : ''}</p>
      ) : (
        <ul className="divide-y divide-line">
          {entries.map((entry) => (
            <CatalogRow
              key={`${entry.pool?.id ?? ''} ${entry.id}`}
              entry={entry}
              node={node}
              roomBytes={roomBytes}
              freeBytes={storage?.freeBytes}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}
