/** What `mindmesh route MODEL` prints: one line for each stage. Pure. */
import type { RouteView } from '../../../route-view.ts';
import { tableLines } from '../../table.ts';
import { shortPeer } from '../format.ts';
import { count, latency, speed } from './amounts.ts';

const heads = ['stage', 'peer', 'layers', 'latency', 'speed', 'in use', 'price', 'path', 'spares'];

export function routeLines({ model, stages, spares }: RouteView): string[] {
  const rows = stages.map((stage, index) => [
    `${index + 1}`,
    stage.isOwn ? 'this machine' : shortPeer(stage.peer),
    `${stage.firstLayer}–${stage.lastLayer}`,
    stage.isOwn ? '–' : latencyWords(stage.latencyMs),
    stage.tokensPerSecond === 0 ? 'not measured' : speed(stage.tokensPerSecond),
    `${Math.max(0, stage.maxSessions - stage.freeSessions)} of ${stage.maxSessions}`,
    stage.price === 0 ? 'free' : `${stage.price}`,
    stage.isOwn ? '–' : stage.relayed ? 'relayed' : 'direct',
    `${spares[index] ?? 0}`,
  ]);
  return [
    `${model} would be answered by ${peersOf(stages)}:`,
    '',
    ...tableLines([heads, ...rows], '   '),
  ];
}

function peersOf(stages: RouteView['stages']): string {
  const others = new Set(stages.filter((stage) => !stage.isOwn).map(({ peer }) => peer)).size;
  const words = count(others, 'peer');
  if (!stages.some((stage) => stage.isOwn)) {
    return words;
  }
  return others === 0 ? 'this machine alone' : `this machine and ${words}`;
}

function latencyWords(ms: number | null): string {
  return ms === null ? 'not measured' : latency(ms);
}
