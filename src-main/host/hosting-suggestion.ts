/** What the first screen suggests for hosting: of the disk, what is small beside the free space. Pure. */
import type { HostingSuggestion } from '../../src-shared/api/duty.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';

/** Room for several small models, or for a part of a large one. */
const usualGigabytes = 20;
/** The most that is suggested, as a share of the free space. */
const freeShare = 0.2;

/**
 * @param freeBytes of the disk with the data folder; null: not known
 * @param hasAgreedBefore to an earlier first screen: such an owner's choice is shown as it is
 */
export function hostingSuggestion(
  freeBytes: number | null,
  { hosting, diskLimitGigabytes }: Pick<Settings, 'hosting' | 'diskLimitGigabytes'>,
  hasAgreedBefore: boolean,
): HostingSuggestion {
  const ofFree = freeBytes === null ? usualGigabytes : (freeBytes * freeShare) / 1e9;
  return {
    hosting: hasAgreedBefore ? hosting : 'automatic',
    diskLimitGigabytes:
      diskLimitGigabytes ?? Math.max(1, Math.floor(Math.min(usualGigabytes, ofFree))),
    freeBytes,
  };
}
