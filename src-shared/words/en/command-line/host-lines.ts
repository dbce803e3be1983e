/** Everything that commands print about a host, as lines of text. Pure. */
import type { Receipt } from '../../../chat.ts';
import { missingCase } from '../../../errors.ts';
import type { HostSnapshot } from '../../../api/snapshot.ts';
import { nameAmong } from '../../../model-names.ts';
import type { ModelEntry } from '../../../api/models.ts';
import { localNow } from '../../../local-time.ts';
import type { Warning } from '../../../warning.ts';
import { dutyWords, withoutCardWords } from '../duty.ts';
import { shortPeer } from '../format.ts';
import { warningWords } from '../warnings.ts';
import { count, size, speed } from './amounts.ts';
import type { NodeStatus, ShardStatus } from '../../../api/node-status.ts';
import { waitsForConsent } from '../../../waits-for-consent.ts';

/** What `serve` prints once it runs. `warnings`: those that the host itself does not know of. */
export function serveLines(
  snapshot: HostSnapshot,
  windowAddress: string | undefined,
  apiKeyFile: string,
  warnings: readonly Warning[] = [],
): string[] {
  const { node } = snapshot;
  return [
    `MindMesh ${snapshot.version} is running.`,
    '',
    ...(windowAddress === undefined
      ? []
      : [
          row('Window', windowAddress),
          row('', 'Works once, within ten minutes; "mindmesh status" prints a new address.'),
        ]),
    row('API', `${snapshot.api.baseUrl} (OpenAI-compatible)`),
    row('', `Its key is in ${apiKeyFile}`),
    ...peerAddresses(node).map((address, index) => row(index === 0 ? 'Peer' : '', address)),
    ...hostedLines(snapshot).map((line, index) => row(index === 0 ? 'Hosting' : '', line)),
    ...withoutCardLines(snapshot),
    ...dutyLines(snapshot),
    row('Data', snapshot.dataFolder),
    ...warningLines([...snapshot.warnings, ...warnings]),
    '',
    'Press Ctrl-C to stop.',
  ];
}

/** What `status` prints about a running host. */
export function statusLines(
  snapshot: HostSnapshot,
  windowAddress: string | undefined,
  now: number,
): string[] {
  const { node } = snapshot;
  if (snapshot.consent === 'needed') {
    return [
      waitsForConsent().message,
      'Nothing computes, connects or listens until then.',
      '',
      row('Data', snapshot.dataFolder),
      ...warningLines(snapshot.warnings),
    ];
  }
  const connected = node?.peers.filter((peer) => peer.connected).length ?? 0;
  return [
    `MindMesh ${snapshot.version} ${stateWords(snapshot, now)}`,
    ...(snapshot.fault === null ? [] : [snapshot.fault]),
    '',
    ...(windowAddress === undefined ? [] : [row('Window', `${windowAddress} (works once)`)]),
    row('API', node === null ? 'not available now' : snapshot.api.baseUrl),
    ...peerAddresses(node).map((address, index) => row(index === 0 ? 'Peer' : '', address)),
    row('Mesh', `${count(connected, 'peer')} connected, ${node?.peers.length ?? 0} known`),
    ...hostedLines(snapshot).map((line, index) => row(index === 0 ? 'Hosting' : '', line)),
    ...withoutCardLines(snapshot),
    ...dutyLines(snapshot),
    row(
      'Work',
      `${count(node?.requests.active ?? 0, 'request')} answered now, ${node?.requests.queued ?? 0} waiting, ${speed(node?.tokensPerSecond ?? 0)}`,
    ),
    row('Data', snapshot.dataFolder),
    ...warningLines(snapshot.warnings),
  ];
}

/** The last line of a chat. `ownPeer` is this machine's name in the mesh. */
export function receiptLine(receipt: Receipt, ownPeer: string | undefined): string {
  const peers = new Set(receipt.stages.map((stage) => stage.peer));
  const nameOf = (peer: string): string => (peer === ownPeer ? 'this machine' : shortPeer(peer));
  const stages = receipt.stages.map(
    (stage) => `${nameOf(stage.peer)} layers ${stage.firstLayer}–${stage.lastLayer}`,
  );
  const isAllHere = ownPeer !== undefined && peers.size === 1 && peers.has(ownPeer);
  return [
    `${receipt.model} on ${isAllHere ? 'this machine' : `${count(peers.size, 'machine')} (${stages.join(', ')})`}`,
    count(receipt.tokens, 'token'),
    speed(receipt.tokensPerSecond),
    `first after ${seconds(receipt.firstTokenMs)}`,
  ].join(' · ');
}

/** What `models list` prints. */
export function modelLines(models: readonly ModelEntry[]): string[] {
  if (models.length === 0) {
    return ['No models yet. "mindmesh models import FILE.gguf" adds one.'];
  }
  return models.flatMap((model) => [
    `${[nameAmong(model, models), ...(model.otherAliases ?? [])].join(', ')}${model.alias === null ? '' : ` (${model.name})`}`,
    row(
      '',
      `${model.architecture}, ${model.layers} layers, ${model.quantisation}, ${size(model.sizeBytes)}`,
    ),
    row('', model.available ? 'ready to answer' : 'not all of its layers are hosted now'),
    row('', model.path ?? 'on peers only'),
  ]);
}

/** Addresses for other machines; those of the loopback interface only where there are no others. */
export function peerAddresses(node: NodeStatus | null): string[] {
  const addresses = (node?.addresses ?? []).map((address) =>
    address.includes('/p2p/') ? address : `${address}/p2p/${node?.peer ?? ''}`,
  );
  const outside = addresses.filter((address) => !/^\/(ip4\/127\.|ip6\/::1\/)/.test(address));
  return outside.length > 0 ? outside : addresses;
}

/** Empty for a machine that hosts nothing. */
function dutyLines({ duty, node }: HostSnapshot): string[] {
  if (duty.state === 'off') {
    return [];
  }
  const isAtWork = duty.state === 'starting' || duty.state === 'serving';
  const isAnyAvailable = node?.models.some(({ available }) => available) === true;
  const elsewhere = isAnyAvailable
    ? 'Your own questions are answered by other machines.'
    : 'Your own questions wait until then: no other machine in reach has a whole model.';
  return [
    row('Now', dutyWords(duty, localNow())),
    ...(isAfterFault(duty) ? [row('', '"mindmesh resume" tries again now.')] : []),
    ...(isAtWork
      ? []
      : [row('', duty.answersOwner ? 'Your own questions are answered here.' : elsewhere)]),
  ];
}

/** Whether the machine waits after a fault, perhaps for another reason as well. */
export function isAfterFault(duty: HostSnapshot['duty']): boolean {
  return (
    duty.state === 'faulted' ||
    (duty.state === 'paused' && duty.reasons.some(({ name }) => name === 'fault cool-down'))
  );
}

function warningLines(warnings: readonly Warning[]): string[] {
  return warnings.map((warning, index) => row(index === 0 ? 'Note' : '', warningWords(warning)));
}

function hostedLines({ node, duty }: HostSnapshot): string[] {
  const shards = node?.shards ?? [];
  if (shards.length === 0) {
    return [duty.state === 'off' ? 'nothing; this machine only asks' : 'nothing now'];
  }
  return shards.map((shard: ShardStatus) => {
    // Several models may have the same name; the owner's own name for one tells them apart.
    const known = node?.models.find(({ manifestId }) => manifestId === shard.manifestId);
    const what = `${known?.alias ?? shard.model}, layers ${shard.firstLayer}–${shard.lastLayer}`;
    switch (shard.state) {
      case 'idle':
        return `${what} (idle)`;
      case 'starting':
        return `${what} (loading)`;
      case 'faulted':
        return `${what} (failed: ${shard.fault ?? 'unknown reason'})`;
      case 'serving':
        return shard.sessions === 0
          ? what
          : `${what} (${count(shard.sessions, 'session')}, ${speed(shard.tokensPerSecond)})`;
      default:
        return missingCase(shard.state);
    }
  });
}

function withoutCardLines({ withoutCard }: HostSnapshot): string[] {
  return withoutCard === undefined || withoutCard === null
    ? []
    : [row('', withoutCardWords[withoutCard])];
}

function stateWords(snapshot: HostSnapshot, now: number): string {
  switch (snapshot.state) {
    case 'starting':
      return 'is starting.';
    case 'stopping':
      return 'is stopping.';
    case 'faulted':
      return 'runs, but its mesh node does not.';
    case 'running':
      return `has been running for ${duration(now - snapshot.startedAt)}.`;
    default:
      return missingCase(snapshot.state);
  }
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(8)}${text}`.trimEnd();
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) {
    return count(Math.max(0, Math.floor(ms / 1000)), 'second');
  }
  const hours = Math.floor(minutes / 60);
  return hours < 1
    ? count(minutes, 'minute')
    : `${count(hours, 'hour')} and ${count(minutes % 60, 'minute')}`;
}
