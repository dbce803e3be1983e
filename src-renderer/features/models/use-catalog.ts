/** Models that can be downloaded, and the disk space of models. */
import type { TopicValues } from '../../../src-shared/api/topics.ts';
import { useTopic } from '../host-client/use-topic.ts';

type Catalog = NonNullable<TopicValues['catalog']>;

export interface CatalogState {
  /** Both null before the first response. */
  readonly entries: Catalog['entries'] | null;
  readonly storage: Catalog['storage'] | null;
  /** Why the catalog cannot be read. */
  readonly failure: string | null;
}

export function useCatalog(): CatalogState {
  const { value, failure } = useTopic('catalog');
  return { entries: value?.entries ?? null, storage: value?.storage ?? null, failure };
}
