/**
 * Parses the links with which other programs open MindMesh: `mindmesh://chat` and `mindmesh://join/<invite>`. Any web
 * page can make the system pass one. So a link only ever opens a view, and anything not exactly of these forms is
 * ignored. Pure.
 */

import type { DeepLink } from '../../src-shared/desktop-api.ts';

/** Windows passes on addresses of less than 2084 characters (INTERNET_MAX_URL_LENGTH). */
const longestLink = 2048;

const joinPattern = /^mindmesh:\/\/join\/(?<invite>[A-Za-z0-9_-]+)$/;

/** undefined for everything that is no link of MindMesh; never throws. */
export function parseDeepLink(text: string): DeepLink | undefined {
  if (text.length > longestLink) {
    return undefined;
  }
  // Windows adds a slash to an address that is only a host.
  if (text === 'mindmesh://chat' || text === 'mindmesh://chat/') {
    return { kind: 'chat' };
  }
  const invite = joinPattern.exec(text)?.groups?.['invite'];
  // Base64 never has one character more than a multiple of four.
  return invite === undefined || invite.length % 4 === 1 ? undefined : { kind: 'join', invite };
}
