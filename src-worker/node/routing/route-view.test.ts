import { expect, it } from 'vitest';
import { peer, question, shard } from '../../../test/support/sessions/route-questions.ts';
import { routeViewSchema } from '../../../src-shared/route-view.ts';
import { viewRoute } from './route-view.ts';

it('shows a route with the facts by which each stage was chosen', () => {
  const peers = [
    peer('far', [shard(0, 2), shard(3, 5, { freeSessions: 1, tokensPerSecond: 30 })], {
      latencyMs: 80,
      relayed: true,
      says: { price: 4 },
    }),
    peer('slow', [shard(3, 5, { tokensPerSecond: 1 })]),
  ];
  const view = viewRoute(question({ ownShards: [shard(0, 2)], peers }));
  expect(routeViewSchema.parse(view)).toEqual(view);
  expect(view).toMatchObject({
    model: 'Test model',
    spares: [1, 1],
    stages: [
      { peer: 'me', isOwn: true, firstLayer: 0, lastLayer: 2, latencyMs: null, price: 0 },
      {
        peer: 'far',
        isOwn: false,
        firstLayer: 3,
        lastLayer: 5,
        latencyMs: 80,
        tokensPerSecond: 30,
        freeSessions: 1,
        maxSessions: 4,
        price: 4,
        relayed: true,
      },
    ],
  });
});
