/** Creates an invite, with a role, a number of uses and an end; then shows it. */
import { type SyntheticEvent, useState } from 'react';
import type { PoolResult } from '../../../src-shared/api/pools.ts';
import {
  maxInviteUses,
  type Pool,
  type PoolRole,
  usualInviteLifeMs,
} from '../../../src-shared/pool.ts';
import { Button } from '../../components/button.tsx';
import { SelectField, TextField } from '../../components/field.tsx';
import { Problem } from '../../components/problem.tsx';
import { useHost } from '../../features/host-client/host-context.tsx';
import { useAction } from '../../features/host-client/use-action.ts';
import { rolesToGive } from '../../features/pools/pool-rights.ts';
import { readNumber } from '../../features/settings/number-field.ts';
import { text } from '../../../src-shared/words/window.ts';
import { ShownInvite } from './shown-invite.tsx';

const words = text.pools;

export function InviteForm({ pool, onEnd }: { pool: Pool; onEnd: () => void }) {
  const host = useHost();
  const { isAsking, problem, follow } = useAction();
  const [role, setRole] = useState<PoolRole>('member');
  const [uses, setUses] = useState('1');
  const [life, setLife] = useState(String(usualInviteLifeMs));
  const [made, setMade] = useState<PoolResult<'poolInvite'> | null>(null);
  const count = readNumber(uses, { least: 1, most: maxInviteUses });

  const make = (event: SyntheticEvent): void => {
    event.preventDefault();
    if ('value' in count) {
      const invite = { pool: pool.id, role, uses: count.value, lifeMs: Number(life) };
      follow(host.request('poolInvite', invite), setMade);
    }
  };
  if (made !== null) {
    return <ShownInvite invite={made} onDone={onEnd} />;
  }
  return (
    <form
      onSubmit={make}
      aria-label={words.inviteTitle(pool.name)}
      className="space-y-3 rounded-xl bg-canvas p-4"
    >
      <div className="grid gap-3 sm:grid-cols-3">
        <SelectField
          label={words.role}
          help={words.rolesHelp[role]}
          value={role}
          choices={rolesToGive(pool).map((value) => ({ value, label: words.roles[value] }))}
          onChoose={setRole}
        />
        <TextField
          label={words.uses}
          inputMode="numeric"
          value={uses}
          aria-invalid={'problem' in count}
          onChange={({ target }) => setUses(target.value)}
        />
        <SelectField
          label={words.life}
          value={life}
          choices={words.lives.map(({ lifeMs, label }) => ({ value: String(lifeMs), label }))}
          onChoose={setLife}
        />
      </div>
      <Problem>{'problem' in count ? words.usesProblem(maxInviteUses) : problem}</Problem>
      <div className="flex flex-wrap gap-2">
        <Button look="main" type="submit" disabled={isAsking || 'problem' in count}>
          {words.makeInvite}
        </Button>
        <Button onClick={onEnd}>{words.cancel}</Button>
      </div>
    </form>
  );
}
