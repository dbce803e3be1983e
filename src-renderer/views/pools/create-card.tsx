/** Creates a pool, whose key this computer then holds. */
import { type SyntheticEvent, useState } from 'react';
import { poolNameSchema } from '../../../src-shared/pool.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { TextField } from '../../components/field.tsx';
import { Problem } from '../../components/problem.tsx';
import { useHost } from '../../features/host-client/host-context.tsx';
import { useAction } from '../../features/host-client/use-action.ts';
import { memberName } from '../../features/pools/member-name.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.pools;

export function CreateCard() {
  const host = useHost();
  const { isAsking, problem, follow } = useAction();
  const [name, setName] = useState('');
  const [member, setMember] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const given = memberName(member);
  const isValid = poolNameSchema.safeParse(name).success && given !== null;
  const isWrong = (name.trim() !== '' && !poolNameSchema.safeParse(name).success) || given === null;

  const create = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (given === null || !isValid) {
      return;
    }
    setMade(null);
    follow(host.request('poolCreate', { name, ...given }), (pool) => {
      setMade(pool.name);
      setName('');
    });
  };
  return (
    <Card title={words.create}>
      <form onSubmit={create} className="space-y-3">
        <p className="text-sm text-muted">{words.createSentence}</p>
        <TextField
          label={words.poolName}
          placeholder={words.poolPlaceholder}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        <TextField
          label={words.memberName}
          help={words.memberNameHelp}
          placeholder={words.memberPlaceholder}
          value={member}
          onChange={({ target }) => setMember(target.value)}
        />
        <Problem>{isWrong ? words.nameProblem : problem}</Problem>
        <Button look="main" type="submit" disabled={isAsking || !isValid}>
          {words.createNow}
        </Button>
        <p role="status" className="text-sm text-good">
          {made === null ? '' : words.created(made)}
        </p>
      </form>
    </Card>
  );
}
