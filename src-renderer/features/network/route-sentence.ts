/** The peers of a route in one sentence. Pure. */
import type { RouteView } from '../../../src-shared/route-view.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.network;

export function routeSentence(
  stages: readonly Pick<RouteView['stages'][number], 'peer' | 'isOwn'>[],
): string {
  const others = new Set(stages.filter(({ isOwn }) => !isOwn).map(({ peer }) => peer)).size;
  if (others === 0) {
    return words.routeHere;
  }
  return stages.some(({ isOwn }) => isOwn) ? words.routeShared(others) : words.routePeers(others);
}
