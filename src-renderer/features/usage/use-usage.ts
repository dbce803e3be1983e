/** Totals of what was received and served. */
import type { UsageSummary } from '../../../src-shared/api/usage.ts';
import { useTopic } from '../host-client/use-topic.ts';

/** `loading` only before the first result. */
export type UsageState = UsageSummary | 'loading' | 'failed';

export function useUsage(): UsageState {
  const { value, failure } = useTopic('usage');
  return value ?? (failure === null ? 'loading' : 'failed');
}
