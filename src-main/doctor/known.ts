/** What a host knows of itself, of its node and of the machine when it is examined. */
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import type { TopicValues } from '../../src-shared/api/topics.ts';
import type { UsedDevice } from '../../src-shared/compute.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';

export type Known = Pick<TopicValues, 'app' | 'duty' | 'facts' | 'settings'> & {
  /** null while the node is not running. */
  readonly node: NodeStatus | null;
  /** The graphics devices that engines may use; null while that is not known. */
  readonly devices: readonly UsedDevice[] | null;
  readonly settings: Settings;
};
