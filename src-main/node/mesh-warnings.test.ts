import { expect, it } from 'vitest';
import type { NodeStatus } from '../../src-shared/api/node-status.ts';
import { warningWords } from '../../src-shared/words/words.ts';
import { meshWarnings } from './mesh-warnings.ts';

function at(status: Partial<NodeStatus>): NodeStatus {
  return status as NodeStatus;
}

function sentences(status: NodeStatus): string[] {
  return meshWarnings(status).map(warningWords);
}

it('says by how much the clock is off, and in which direction', () => {
  expect(meshWarnings(null)).toEqual([]);
  expect(meshWarnings(at({}))).toEqual([]);
  expect(sentences(at({ clockAheadMs: 50_400_000 }))).toEqual([
    expect.stringMatching(/^Your clock is off by 14 hours: it is ahead of those of the peers\./),
  ]);
  expect(sentences(at({ clockAheadMs: -720_000 }))).toEqual([
    expect.stringMatching(/^Your clock is off by 12 minutes: it is behind those of the peers\./),
  ]);
});

it('names addresses of the settings that cannot be reached, and counts those beyond a few', () => {
  const unreachable = Array.from({ length: 7 }, (_, index) => ({
    addresses: [`/ip4/192.0.2.${index}/tcp/6373`],
    reason: 'nothing listens there',
  }));
  const warnings = sentences(at({ unreachable }));
  expect(warnings).toHaveLength(6);
  expect(warnings[0]).toBe('/ip4/192.0.2.0/tcp/6373 cannot be reached: nothing listens there.');
  expect(warnings[5]).toBe('2 more addresses of the settings cannot be reached.');
});
