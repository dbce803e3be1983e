/** The pools of this machine. */
import type { Pool } from '../../../src-shared/pool.ts';
import { useTopic } from '../host-client/use-topic.ts';

export interface PoolsState {
  /** null before the first response. */
  readonly pools: readonly Pool[] | null;
  /** Why the pools cannot be read. */
  readonly failure: string | null;
}

export function usePools(): PoolsState {
  const { value, failure } = useTopic('pools');
  return { pools: value ?? null, failure };
}
