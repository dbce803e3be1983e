/** What a machine without a graphics card that llama.cpp can use does for others, for its owner. Pure. */
import type { WithoutCard } from '../../src-shared/api/topics.ts';
import type { Compute } from '../../src-shared/compute.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';

/** Placement counts nearly as much for the buffers of a shard alone, so no model fits into less. */
const leastBytes = 256e6;

/**
 * @param compute what llama.cpp finds to compute on; null: not known yet
 * @param hostingBytes what hosted layers may take of the memory
 * @returns null where there is a card, and where the owner wants the processor to compute
 */
export function withoutCard(
  compute: Compute | null,
  { backend, hosting, shards }: Pick<Settings, 'backend' | 'hosting' | 'shards'>,
  hostingBytes: number,
): WithoutCard | null {
  if (compute === null || compute.devices.length > 0 || backend === 'cpu') {
    return null;
  }
  if (hosting === 'automatic' && hostingBytes >= leastBytes) {
    return 'small-models';
  }
  return shards?.length === 0 ? 'asks-only' : 'chosen-models';
}
