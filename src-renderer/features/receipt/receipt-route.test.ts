import { describe, expect, it } from 'vitest';
import { routeOf } from './receipt-route.ts';

const stage = (peer: string) => ({ peer, firstLayer: 0, lastLayer: 1, computeMs: 1, hopMs: 1 });

describe('where an answer was made', () => {
  it('is this machine only when every stage ran here', () => {
    expect(routeOf({ stages: [stage('me'), stage('me')] }, 'me')).toEqual({ kind: 'here' });
    expect(routeOf({ stages: [stage('me'), stage('you')] }, 'me')).toEqual({
      kind: 'peers',
      peers: 1,
      withThisMachine: true,
    });
  });

  it('counts every peer once', () => {
    const stages = [stage('you'), stage('her'), stage('you')];

    expect(routeOf({ stages }, 'me')).toEqual({ kind: 'peers', peers: 2, withThisMachine: false });
  });

  it('claims nothing when it cannot know', () => {
    expect(routeOf({ stages: [] }, 'me')).toEqual({ kind: 'unknown' });
    expect(routeOf({ stages: [stage('me')] }, null)).toEqual({ kind: 'unknown' });
  });
});
