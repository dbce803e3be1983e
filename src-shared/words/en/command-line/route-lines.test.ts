import { describe, expect, it } from 'vitest';
import type { RouteView } from '../../../route-view.ts';
import { routeLines } from './route-lines.ts';

type Stage = RouteView['stages'][number];

function stage(more: Partial<Stage>): Stage {
  return {
    peer: '12D3KooWLongNameOfAPeer-ABCDEFGH',
    isOwn: false,
    firstLayer: 0,
    lastLayer: 7,
    latencyMs: 12.4,
    tokensPerSecond: 31.25,
    freeSessions: 3,
    maxSessions: 4,
    price: 0,
    relayed: false,
    ...more,
  };
}

describe('the table of a route', () => {
  it('has one line a stage', () => {
    const view = {
      model: 'Qwen3 8B',
      stages: [
        stage({ isOwn: true, latencyMs: null }),
        stage({ firstLayer: 8, lastLayer: 35, relayed: true, price: 2.5, tokensPerSecond: 0 }),
      ],
      spares: [0, 2],
    };
    expect(routeLines(view)).toEqual([
      'Qwen3 8B would be answered by this machine and 1 peer:',
      '',
      'stage   peer           layers   latency   speed           in use   price   path      spares',
      '1       this machine   0–7      –         31.3 tokens/s   1 of 4   free    –         0',
      '2       …ABCDEFGH      8–35     12 ms     not measured    1 of 4   2.5     relayed   2',
    ]);
  });

  it.each<[string, Partial<Stage>[]]>([
    ['this machine alone', [{ isOwn: true }]],
    ['1 peer', [{}, { firstLayer: 8 }]],
    ['2 peers', [{}, { peer: 'other' }]],
  ])('says who answers: %s', (words, stages) => {
    const view = { model: 'M', stages: stages.map(stage), spares: [] };
    expect(routeLines(view)[0]).toBe(`M would be answered by ${words}:`);
  });

  it('says what no ping has measured yet', () => {
    const lines = routeLines({ model: 'M', stages: [stage({ latencyMs: null })], spares: [] });
    expect(lines[3]).toContain('not measured');
  });
});
