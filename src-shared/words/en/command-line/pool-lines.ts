/** What the pool commands print, as lines of text. Pure. */
import { missingCase } from '../../../errors.ts';
import type { PoolResult } from '../../../api/pools.ts';
import type { Pool, PoolInvite } from '../../../pool.ts';
import { span } from '../../../span.ts';
import { tableLines } from '../../table.ts';
import { shortPeer } from '../format.ts';

/** What `pool list` prints. */
export function poolLines(pools: readonly Pool[], now: number): string[] {
  if (pools.length === 0) {
    return [
      'This machine is in no pool.',
      '"mindmesh pool create NAME" makes one; "mindmesh pool join LINK" joins one.',
    ];
  }
  return pools.flatMap((pool, index) => [
    ...(index === 0 ? [] : ['']),
    `${pool.name} (${shortPeer(pool.id)}): ${standing(pool, now)}`,
    ...memberTable(pool, now),
    ...inviteTable(pool.invites, now),
  ]);
}

/** What `pool invite` prints. */
export function inviteLines(invite: PoolResult<'poolInvite'>, now: number): string[] {
  const uses = invite.usesLeft === 1 ? 'once' : `${invite.usesLeft} times`;
  return [
    invite.link,
    '',
    `Invites to ${invite.pool} as ${invite.role}, ${uses}, for ${span(invite.expiresAt - now)}.`,
    `Anyone with this link can join. "mindmesh pool revoke ${invite.id}" closes it.`,
    'MindMesh has to be running here when someone joins.',
  ];
}

function standing(pool: Pool, now: number): string {
  switch (pool.state) {
    case 'removed':
      return 'this machine was removed. "mindmesh pool leave" forgets the pool.';
    case 'expired':
      return 'the certificate of this machine has expired. Ask an admin for a new invite.';
    case 'early':
      return `not valid yet: your clock is behind by ${span(pool.issuedAt - now)}. Correct it.`;
    case 'active':
      return `you are ${pool.isOwner ? 'its owner' : article(pool.role)}, for ${span(pool.expiresAt - now)}`;
    default:
      return missingCase(pool.state);
  }
}

function memberTable({ members }: Pool, now: number): string[] {
  return table(
    ['Member', 'Peer', 'Role', 'Now', 'Since'],
    members.map(({ name, peer, role, isSelf, connected, issuedAt }) => [
      name,
      shortPeer(peer),
      role,
      isSelf ? 'this machine' : connected ? 'connected' : 'away',
      `${span(now - issuedAt)} ago`,
    ]),
  );
}

function inviteTable(invites: readonly PoolInvite[], now: number): string[] {
  return table(
    ['Open invite', 'Role', 'Uses left', 'Expires'],
    invites.map(({ id, role, usesLeft, expiresAt }) => [
      id,
      role,
      String(usesLeft),
      `in ${span(expiresAt - now)}`,
    ]),
  );
}

/** Empty where there are no rows. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : tableLines([heads, ...rows]).map((line) => `  ${line}`);
}

function article(role: Pool['role']): string {
  return role === 'admin' ? 'an admin' : `a ${role}`;
}
