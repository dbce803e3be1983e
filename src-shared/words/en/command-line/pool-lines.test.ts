import { describe, expect, it } from 'vitest';
import type { Pool } from '../../../pool.ts';
import { inviteLines, poolLines } from './pool-lines.ts';

const now = 1_800_000_000_000;
const day = 86_400_000;

const pool: Pool = {
  id: '12D3KooWBxuJzf3YypsNY7no8atFb7kiPcLn2Uy24yXFLE9PWx1M',
  name: 'Friends',
  state: 'active',
  role: 'admin',
  isOwner: true,
  issuedAt: now - 3 * day,
  expiresAt: now + 180 * day,
  members: [
    {
      peer: '12D3KooWQu4LcU2wrvrTaHETdwreKhBc5EnjUH1bNRmjWYP7Kz3m',
      name: 'desk',
      role: 'admin',
      isSelf: true,
      connected: true,
      issuedAt: now - 3 * day,
      expiresAt: now + 177 * day,
    },
    {
      peer: '12D3KooWRGkNmBpcmkxdwSEaGetBdnVANzPKF5eXaQcmukZUwckM',
      name: 'the laptop',
      role: 'guest',
      isSelf: false,
      connected: false,
      issuedAt: now - 60_000,
      expiresAt: now + 180 * day,
    },
  ],
  invites: [{ id: '0a1b2c3d', role: 'member', usesLeft: 3, expiresAt: now + 7_200_000 }],
};

describe('pools in a terminal', () => {
  it('are tables of members and open invites', () => {
    expect(poolLines([pool], now)).toEqual([
      'Friends (…LE9PWx1M): you are its owner, for 180 days',
      '  Member      Peer       Role   Now           Since',
      '  desk        …WYP7Kz3m  admin  this machine  3 days ago',
      '  the laptop  …ukZUwckM  guest  away          1 minute ago',
      '  Open invite  Role    Uses left  Expires',
      '  0a1b2c3d     member  3          in 2 hours',
    ]);
  });

  it('say what to do where there is nothing, or where one is no longer in', () => {
    expect(poolLines([], now).join('\n')).toContain('mindmesh pool create NAME');
    const gone = { ...pool, members: [], invites: [] };
    expect(poolLines([{ ...gone, state: 'removed' }], now)).toEqual([
      expect.stringContaining('was removed'),
    ]);
    expect(poolLines([{ ...gone, state: 'expired' }], now)).toEqual([
      expect.stringContaining('has expired'),
    ]);
    const behind = { ...gone, state: 'early' as const, issuedAt: now + 720_000 };
    expect(poolLines([behind], now)).toEqual([
      expect.stringContaining('not valid yet: your clock is behind by 12 minutes'),
    ]);
  });

  it('show an invite as its link and what it is good for', () => {
    const lines = inviteLines(
      {
        id: '0a1b2c3d',
        role: 'guest',
        usesLeft: 1,
        expiresAt: now + day,
        link: 'mindmesh://join/AAAA',
        pool: 'Friends',
      },
      now,
    );
    expect(lines[0]).toBe('mindmesh://join/AAAA');
    expect(lines.join('\n')).toContain('Invites to Friends as guest, once, for 24 hours.');
    expect(lines.join('\n')).toContain('"mindmesh pool revoke 0a1b2c3d" closes it.');
  });
});
