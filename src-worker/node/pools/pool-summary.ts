/** A pool as it is shown to users. Pure. */
import type { Pool } from '../../../src-shared/pool.ts';
import type { JoinedPool } from './membership/joined-pool.ts';

export function poolSummary(pool: JoinedPool, isConnected: (peer: string) => boolean): Pool {
  const { peer: self, issuedAt: ownStart, expiresAt: ownEnd } = pool.own.certificate.value;
  return {
    id: pool.id,
    name: pool.name,
    state: pool.state,
    role: pool.role,
    isOwner: pool.isOwner,
    issuedAt: ownStart,
    expiresAt: ownEnd,
    members: pool.members().map(({ certificate: { value } }) => {
      const { peer, name, role, issuedAt, expiresAt } = value;
      const isSelf = peer === self;
      const connected = isSelf || isConnected(peer);
      return { peer, name, role, isSelf, connected, issuedAt, expiresAt };
    }),
    invites: pool.invites.open(),
  };
}
