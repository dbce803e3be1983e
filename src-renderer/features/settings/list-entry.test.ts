import { describe, expect, it } from 'vitest';
import type { ListName } from '../../../src-shared/settings/kinds.ts';
import { withEntry } from './list-entry.ts';

const peer = `12D3KooW${'a'.repeat(44)}`;

describe('what is added to a list of the settings', () => {
  it('comes last, without spaces around it', () => {
    expect(withEntry('exclusiveApps', ['gimp'], ' Blender.exe ')).toEqual({
      entries: ['gimp', 'Blender.exe'],
    });
  });

  it('is none when nothing was typed', () => {
    const entries = ['gimp'];
    expect(withEntry('exclusiveApps', entries, '  ')).toEqual({ entries });
  });

  it.each([
    ['bootstrap', `/ip4/192.0.2.1/tcp/6373/p2p/${peer}`],
    ['peers', `/dns/mesh.example.org/tcp/6373/p2p/${peer}`],
    ['peers', `/ip4/192.0.2.1/tcp/6373/p2p/${peer}/p2p-circuit/p2p/${peer}`],
    ['listen', '/ip4/0.0.0.0/tcp/0'],
    ['apiHosts', 'host.docker.internal'],
    ['apiOrigins', 'app://obsidian.md'],
    ['ownMachines', peer],
  ] satisfies [ListName, string][])('is taken as %s: %.40s', (name, typed) => {
    expect(withEntry(name, [], typed)).toEqual({ entries: [typed] });
  });

  it('is a country in capital letters', () => {
    expect(withEntry('askRegions', ['DE'], 'fr')).toEqual({ entries: ['DE', 'FR'] });
  });

  const programs = Array.from({ length: 256 }, (_, index) => `program ${index}`);
  it.each([
    ['exclusiveApps', 'BLENDER', ['blender'], 'That one is in the list already.'],
    ['exclusiveApps', 'x'.repeat(261), [], 'A name has 260 characters at most.'],
    ['exclusiveApps', 'one more', programs, 'The list is full: 256 at most.'],
    ['bootstrap', '192.0.2.1:6373', [], 'An address looks like /ip4/192.0.2.1/tcp/6373/p2p/12D3'],
    ['bootstrap', '/ip4/192.0.2.1/tcp/6373', [], 'An address looks like'],
    ['askRegions', 'Germany', [], 'A country has two letters'],
    ['listen', '0.0.0.0:6373', [], 'An address looks like /ip4/0.0.0.0/tcp/6373.'],
    ['apiOrigins', 'app.example', [], 'A page looks like https://app.example'],
    ['ownMachines', 'my laptop', [], 'begins with 12D3KooW'],
  ] satisfies [ListName, string, string[], string][])(
    'is refused with a sentence: %s %.20s',
    (name, typed, entries, problem) => {
      expect(withEntry(name, entries, typed)).toEqual({
        problem: expect.stringContaining(problem),
      });
    },
  );
});
