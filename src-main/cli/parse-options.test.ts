import { describe, expect, it } from 'vitest';
import {
  parseAddress,
  parseInviteLife,
  parsePort,
  parseRole,
  parseShard,
  parseThreads,
  parseUses,
} from './parse-options.ts';

describe('options of the command line', () => {
  it('name a model, or some of its layers', () => {
    expect(parseShard('demo')).toEqual([{ model: 'demo' }]);
    expect(parseShard('demo:0-3')).toEqual([
      { model: 'demo', layers: { firstLayer: 0, lastLayer: 3 } },
    ]);
    expect(parseShard('a:b:4-4', [{ model: 'demo' }])).toEqual([
      { model: 'demo' },
      { model: 'a:b', layers: { firstLayer: 4, lastLayer: 4 } },
    ]);
    expect(parseShard('qwen:8b')).toEqual([{ model: 'qwen:8b' }]);
  });

  it.each(['', 'demo:3-0', 'demo:0-99999', 'x'.repeat(300)])(
    'refuse %j as layers of a model',
    (text) => {
      expect(() => parseShard(text)).toThrow('MODEL:FIRST-LAST');
    },
  );

  it('collect addresses of peers, and refuse what is none', () => {
    expect(parseAddress('/dns4/example/tcp/1', ['/ip4/10.0.0.1/tcp/2'])).toEqual([
      '/ip4/10.0.0.1/tcp/2',
      '/dns4/example/tcp/1',
    ]);
    expect(() => parseAddress('example.org:4001')).toThrow('multiaddr');
  });

  it('are numbers within their limits', () => {
    expect(parsePort('0')).toBe(0);
    expect(parsePort('65535')).toBe(65_535);
    expect(parseThreads('4')).toBe(4);
    for (const text of ['65536', '-1', '1.5', '0x10', '1e3', '', ' 1']) {
      expect(() => parsePort(text)).toThrow('port');
    }
    expect(() => parseThreads('0')).toThrow('1 to 512');
  });

  it('say whom an invite is for, and how long', () => {
    expect(parseRole('guest')).toBe('guest');
    expect(() => parseRole('king')).toThrow('admin, member, guest');
    expect(parseUses('20')).toBe(20);
    expect(() => parseUses('0')).toThrow('1 to 1000');
    expect(parseInviteLife('30m')).toBe(1_800_000);
    expect(parseInviteLife('12h')).toBe(43_200_000);
    expect(parseInviteLife('7d')).toBe(604_800_000);
    for (const text of ['', '7', '0m', '31d', '1w', '-1h', '1.5h', '1000000h']) {
      expect(() => parseInviteLife(text)).toThrow('at most 30d');
    }
  });
});
