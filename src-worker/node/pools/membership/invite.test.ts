import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { someKey } from '../../../../test/support/pools/pool-keys.ts';
import { inviteLink, readInviteLink } from './invite.ts';

const now = 1_800_000_000_000;
const pool = await someKey();
const inviter = await someKey();

const invite = {
  pool: pool.peer,
  poolName: 'Friends of the family',
  role: 'member' as const,
  expiresAt: now + 3_600_000,
  secret: randomBytes(16).toString('base64url'),
  addresses: ['/ip4/192.168.1.20/tcp/4001', '/ip6/2001:db8::1/tcp/4001'],
};

describe('an invite', () => {
  it('is read from its link unchanged, with the peer that signed it', async () => {
    const link = await inviteLink(invite, inviter.privateKey);
    expect(await readInviteLink(`  ${link}\n`, now)).toEqual({ ...invite, inviter: inviter.peer });
  });

  it('is a link short enough for a QR code that a camera reads', async () => {
    const link = await inviteLink(
      { ...invite, addresses: Array<string>(9).fill('/ip4/192.168.100.200/tcp/65535') },
      inviter.privateKey,
    );
    expect(link.length).toBeLessThan(800);
  });

  it('is refused with any character of it changed', async () => {
    const link = await inviteLink(invite, inviter.privateKey);
    const start = 'mindmesh://join/'.length;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom('A', 'a', '0', '_', '-', 'Z', 'z', '9'),
        async (at, character) => {
          const index = start + (at % (link.length - start));
          fc.pre(link[index] !== character);
          const changed = link.slice(0, index) + character + link.slice(index + 1);
          await expect(readInviteLink(changed, now)).rejects.toMatchObject({
            code: 'request-invalid',
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['', 'is not an invite'],
    ['https://example.org/join', 'is not an invite'],
    [`mindmesh://join/${'A'.repeat(3000)}`, 'is not an invite'],
    ['mindmesh://join/', 'is damaged'],
    ['mindmesh://join/AAAA', 'is damaged'],
  ])('that is %s is refused in plain words', async (link, words) => {
    await expect(readInviteLink(link, now)).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining(words),
    });
  });

  it('is not even tried when it has expired', async () => {
    const link = await inviteLink(invite, inviter.privateKey);
    await expect(readInviteLink(link, invite.expiresAt)).rejects.toThrow('has expired');
  });
});
