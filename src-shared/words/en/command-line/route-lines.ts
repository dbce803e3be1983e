/** What `mindmesh route MODEL` prints: one line a stage. Pure. */
import type { RouteView } from '../../../route-view.ts';
import { shortPeer } from '../format.ts';

const heads = ['stage', 'peer', 'layers', 'latency', 'speed', 'in use', 'price', 'path', 'spares'];

export function routeLines({ model, stages, spares }: RouteView): string[] {
  const rows = stages.map((stage, index) => [
    `${index + 1}`,
    stage.isOwn ? 'this machine' : shortPeer(stage.peer),
    `${stage.firstLayer}–${stage.lastLayer}`,
    stage.isOwn ? '–' : milliseconds(stage.latencyMs),
    stage.tokensPerSecond === 0 ? 'not measured' : `${stage.tokensPerSecond.toFixed(1)} tokens/s`,
    `${Math.max(0, stage.maxSessions - stage.freeSessions)} of ${stage.maxSessions}`,
    stage.price === 0 ? 'free' : `${stage.price}`,
    stage.isOwn ? '–' : stage.relayed ? 'relayed' : 'direct',
    `${spares[index] ?? 0}`,
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return [
    `${model} would be answered by ${peersOf(stages)}:`,
    '',
    ...[heads, ...rows].map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    ),
  ];
}

function peersOf(stages: RouteView['stages']): string {
  const others = new Set(stages.filter((stage) => !stage.isOwn).map(({ peer }) => peer)).size;
  const words = `${others} ${others === 1 ? 'peer' : 'peers'}`;
  if (!stages.some((stage) => stage.isOwn)) {
    return words;
  }
  return others === 0 ? 'this machine alone' : `this machine and ${words}`;
}

function milliseconds(ms: number | null): string {
  return ms === null ? 'not measured' : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
