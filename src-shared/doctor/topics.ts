/** What findings are about. */
import type { Warning } from '../warning.ts';
import type { Finding } from './finding.ts';

/** In the order in which they are shown. */
const findingTopics = [
  'work',
  'graphics',
  'models',
  'speed',
  'ports',
  'reach',
  'storage',
  'versions',
] as const;
export type FindingTopic = (typeof findingTopics)[number];

const topicOfCode: Readonly<Record<Exclude<Finding['code'], 'warning'>, FindingTopic>> = {
  'not-running': 'work',
  'consent-needed': 'work',
  'node-fault': 'work',
  duty: 'work',
  'not-watched': 'work',
  'computer-unknown': 'work',
  compute: 'graphics',
  'compute-fault': 'graphics',
  'compute-unknown': 'graphics',
  'cards-unknown': 'graphics',
  card: 'graphics',
  'nothing-hosted': 'models',
  shard: 'models',
  'hosting-memory': 'models',
  speed: 'speed',
  'speed-refused': 'speed',
  'speed-interrupted': 'speed',
  'speed-no-model': 'speed',
  'speed-late': 'speed',
  'speed-failed': 'speed',
  'api-port': 'ports',
  'window-port': 'ports',
  listen: 'ports',
  reach: 'reach',
  peers: 'reach',
  disk: 'storage',
  memory: 'storage',
  'data-folder': 'storage',
  versions: 'versions',
};

const topicOfWarning: Readonly<Record<Warning['code'], FindingTopic>> = {
  'stored-setting-invalid': 'work',
  'database-replaced': 'work',
  'pause-not-stored': 'work',
  'api-port-taken': 'ports',
  'window-port-taken': 'ports',
  'clock-off': 'reach',
  unreachable: 'reach',
  'more-unreachable': 'reach',
  told: 'work',
};

export function topicOf(finding: Finding): FindingTopic {
  return finding.code === 'warning'
    ? topicOfWarning[finding.warning.code]
    : topicOfCode[finding.code];
}

/** The findings of each topic that has any, in the order of the topics. */
export function byTopic(
  findings: readonly Finding[],
): { readonly topic: FindingTopic; readonly findings: readonly Finding[] }[] {
  return findingTopics
    .map((topic) => ({ topic, findings: findings.filter((each) => topicOf(each) === topic) }))
    .filter((group) => group.findings.length > 0);
}
