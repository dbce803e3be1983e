/** Finds a pool or member by its name, its id, or the end of its id. Pure. */
import { type Advice, AppError } from '../../../src-shared/errors.ts';
import type { PoolMember } from '../../../src-shared/pool.ts';
import type { JoinedPool } from './membership/joined-pool.ts';

/** Fewest characters of the end of an id; fewer could be a name. */
const leastTail = 6;

/**
 * Finds the pool that a user chose; without a choice, the only pool.
 * @throws AppError `request-invalid` when there is none, or more than one
 */
export function choosePool(pools: readonly JoinedPool[], choice: string | undefined): JoinedPool {
  if (choice === undefined) {
    return one(
      pools,
      ['This machine is in no pool.', 'create-pool'],
      'This machine is in several pools; say which one.',
    );
  }
  return one(
    named(
      pools,
      choice,
      ({ name }) => name,
      ({ id }) => id,
    ),
    [`This machine is in no pool "${choice}".`, 'list-pools'],
    `"${choice}" is the name of several pools; use the end of an id instead.`,
  );
}

/** Finds the member that a user chose. @throws AppError `request-invalid` when there is none, or more than one */
export function chooseMember(
  pool: string,
  members: readonly PoolMember[],
  choice: string,
): PoolMember {
  return one(
    named(
      members,
      choice,
      ({ name }) => name,
      ({ peer }) => peer,
    ),
    [`The pool ${pool} has no member and no open invite "${choice}".`, 'list-pools'],
    `"${choice}" is the name of several members of ${pool}. Use the end of a peer id instead.`,
  );
}

function named<T>(
  all: readonly T[],
  choice: string,
  nameOf: (each: T) => string,
  idOf: (each: T) => string,
): T[] {
  const meant = all.filter((each) => nameOf(each) === choice || idOf(each) === choice);
  const tail = choice.startsWith('…') ? choice.slice(1) : choice;
  return meant.length > 0 || tail.length < leastTail
    ? meant
    : all.filter((each) => idOf(each).endsWith(tail));
}

function one<T>(
  found: readonly T[],
  [none, advice]: readonly [message: string, advice: Advice],
  several: string,
): T {
  const [only] = found;
  if (only === undefined) {
    throw new AppError('request-invalid', none, { advice });
  }
  if (found.length > 1) {
    throw new AppError('request-invalid', several);
  }
  return only;
}
