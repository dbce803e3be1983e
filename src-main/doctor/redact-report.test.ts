import { describe, expect, it } from 'vitest';
import { redactPersonal, withoutPersonal } from './redact-report.ts';

const names = {
  user: 'ada',
  host: 'ada-laptop.example.org',
  home: '/home/ada',
  dataFolder: '/mnt/disk/of-ada',
};

function redacted(text: string): string {
  return withoutPersonal(text, names);
}

describe('a text without what is personal', () => {
  it('has no names of the user and the machine, however they are written', () => {
    expect(redacted('Ada runs on ADA-LAPTOP, ada-laptop.example.org.')).toBe('… runs on …, ….');
    expect(redacted('adapter, Canada')).toBe('adapter, Canada');
  });

  it('has no folders of people', () => {
    expect(redacted('/home/ada/.local, /mnt/disk/of-ada/logs')).toBe(
      '~/.local, (data folder)/logs',
    );
    expect(redacted('/Users/Grace Hopper/x and /home/bob/x')).toBe('/Users/…/x and /home/…/x');
    expect(redacted('C:\\Users\\Grace Hopper\\x')).toBe('C:\\Users\\…\\x');
  });

  it('has no addresses, and keeps what only looks like one', () => {
    expect(redacted('/ip4/1.2.3.4/tcp/4001/p2p/12D3KooWabc is gone')).toBe('… is gone');
    expect(redacted('/dns4/home.example/tcp/1')).toBe('…');
    expect(redacted('192.168.1.7, fe80::1%eth0, 2001:db8::7, http://pc.local:80/v1')).toBe(
      '…, …%eth0, …, http://…/v1',
    );
    expect(redacted('52:54:00:12:34:56')).toBe('…');
    const kept = 'card 0000:c1:00.0, driver 32.0.15.6094, llama.cpp v0.5.0 at 12:30:15';
    expect(redacted(kept)).toBe(kept);
  });

  it('has no ids of peers and cards, and no keys', () => {
    expect(redacted('12D3KooWQx7 and QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG')).toBe(
      '… and …',
    );
    expect(redacted('GPU-5e8ee7d4-1c1c-2f1e-aaaa-0123456789ab')).toBe('…');
    expect(redacted('mm-0123456789abcdef')).toBe('mm-…');
  });
});

it('leaves the codes of a report as they are, whatever the user is called', () => {
  const report = { code: 'card', level: 'good', name: 'card of good', list: ['card'] };
  expect(redactPersonal(report, { ...names, user: 'card', host: 'good' })).toEqual({
    code: 'card',
    level: 'good',
    name: '… of …',
    list: ['…'],
  });
});
