import { assert, constantFrom, oneof, property, string, stringMatching, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDeepLink } from './deep-link.ts';

const longest = 'A'.repeat(2048 - 'mindmesh://join/'.length);

it('knows the way to the chat, also with the slash that Windows adds', () => {
  expect(parseDeepLink('mindmesh://chat')).toEqual({ kind: 'chat' });
  expect(parseDeepLink('mindmesh://chat/')).toEqual({ kind: 'chat' });
});

it.each(['AA', 'abcd', 'q_-9', 'abcdefg', longest])(
  'takes the invite out of a link to join, case %#',
  (invite) => {
    expect(parseDeepLink(`mindmesh://join/${invite}`)).toEqual({ kind: 'join', invite });
  },
);

describe('no link of ours is', () => {
  const cases: [string, string][] = [
    ['nothing', ''],
    ['the bare protocol', 'mindmesh://'],
    ['another protocol', 'https://chat'],
    ['one slash', 'mindmesh:/chat'],
    ['no slash', 'mindmesh:chat'],
    ['capital letters', 'MINDMESH://chat'],
    ['an unknown place', 'mindmesh://settings'],
    ['a place that only begins alike', 'mindmesh://chats'],
    ['a path behind the chat', 'mindmesh://chat/now'],
    ['two slashes behind the chat', 'mindmesh://chat//'],
    ['a query', 'mindmesh://chat?ask=hello'],
    ['a hash', 'mindmesh://chat#hello'],
    ['a name', 'mindmesh://me@chat'],
    ['a name and password', 'mindmesh://me:secret@join/abcd'],
    ['a port', 'mindmesh://chat:80'],
    ['space before', ' mindmesh://chat'],
    ['a line behind', 'mindmesh://chat\n'],
    ['joining without invite', 'mindmesh://join'],
    ['joining with an empty invite', 'mindmesh://join/'],
    ['a slash behind the invite', 'mindmesh://join/abcd/'],
    ['a line behind the invite', 'mindmesh://join/abcd\n'],
    ['a query behind the invite', 'mindmesh://join/abcd?x'],
    ['a hash behind the invite', 'mindmesh://join/abcd#x'],
    ['a way up', 'mindmesh://join/../chat'],
    ['an invite in parts', 'mindmesh://join/ab/cd'],
    ['percent signs', 'mindmesh://join/ab%20'],
    ['plain base64', 'mindmesh://join/ab+/'],
    ['padding', 'mindmesh://join/ab=='],
    ['letters outside ASCII', 'mindmesh://join/abcé'],
    ['a length that no bytes have', 'mindmesh://join/abcde'],
    ['too long an invite', `mindmesh://join/${longest}AAA`],
    ['a switch of the program', '--no-sandbox'],
  ];

  it.each(cases)('%s', (_what, text) => {
    expect(parseDeepLink(text)).toBeUndefined();
  });
});

it('never throws, and what it takes it could have written itself', () => {
  const nearly = tuple(
    constantFrom('mindmesh://', 'mindmesh:', 'app://', ''),
    constantFrom('chat', 'join/', 'join', ''),
    oneof(stringMatching(/^[\w-]{0,9}$/), string({ unit: 'binary' })),
  ).map((parts) => parts.join(''));
  let taken = 0;
  assert(
    property(oneof(string({ unit: 'binary' }), nearly), (text) => {
      const link = parseDeepLink(text);
      if (link === undefined) {
        return;
      }
      taken += 1;
      const written = link.kind === 'chat' ? 'mindmesh://chat' : `mindmesh://join/${link.invite}`;
      expect([written, `${written}/`]).toContain(text);
    }),
    { numRuns: 5000 },
  );
  expect(taken).toBeGreaterThan(0);
});
