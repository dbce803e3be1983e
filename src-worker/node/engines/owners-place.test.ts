import { describe, expect, it } from 'vitest';
import {
  fakeSettings,
  library,
  listener,
  ownRequest,
  request,
  servingShard,
  settle,
  whole,
} from '../../../test/support/sessions/fake-shard-host.ts';
import { FakeEngines } from '../../../test/support/sessions/node-fake-engines.ts';
import type { ShardSession, ShardSessionListener, ShardSessionRequest } from './serving-shard.ts';
import { ShardHost } from './shard-host.ts';

/** A whole model with this many sessions, and a clock that the test moves. */
async function shard(maxSessions = 3) {
  const time = { now: 0 };
  const host = new ShardHost({
    library: library(),
    settings: { ...fakeSettings, maxSessions },
    startEngine: new FakeEngines().start,
    onChange: () => {},
    log: () => {},
    now: () => time.now,
  });
  host.setDesired([{ model: 'Fake model' }]);
  await settle();
  const open = (
    by: Partial<ShardSessionRequest> = {},
    heard: ShardSessionListener = listener(),
  ): Promise<ShardSession> =>
    servingShard(host, whole, true).openSession({ ...request, ...by }, heard);
  return { host, open, time };
}

function by(peer: string): Partial<ShardSessionRequest> {
  return { claimant: { peer, kind: 'stranger' } };
}

function trusted(peer: string): Partial<ShardSessionRequest> {
  return { claimant: { peer, kind: 'trusted' } };
}

const segment = { position: 0, count: 4, flags: 1, computeMicros: 0, values: new Uint8Array(16) };
const full = { code: 'over-capacity' };

describe('sessions of strangers that compute nothing', () => {
  it('leave one session for the owner, which records do not offer', async () => {
    const { host, open } = await shard();
    await open(by('mallory'));
    await open(by('mallory'));
    await expect(open(by('mallory'))).rejects.toMatchObject(full);
    await expect(open(by('alice'))).rejects.toMatchObject(full);
    expect(host.records()).toMatchObject([{ freeSessions: 0 }]);
    expect(host.ownRecords()).toMatchObject([{ freeSessions: 1 }]);
    await open(ownRequest);
  });

  it('end after twelve seconds when a requester needs room, the longest idle one first', async () => {
    const { open, time } = await shard();
    const [first, second] = [listener(), listener()];
    await open(by('mallory'), first);
    time.now = 1000;
    await open(by('mallory'), second);
    time.now = 12_000;
    await expect(open(by('alice'))).rejects.toMatchObject(full);
    time.now = 12_001;
    await open(by('alice'));
    expect(first.failures).toMatchObject([full]);
    expect(second.failures).toEqual([]);
  });

  it('end also where they have claimed all cells', async () => {
    const { open, time } = await shard();
    const greedy = listener();
    await open({ ...by('mallory'), sequenceTokens: 1000, cells: 1000 }, greedy);
    await expect(open(ownRequest)).rejects.toMatchObject(full);
    time.now = 12_001;
    await open(ownRequest);
    expect(greedy.failures).toMatchObject([full]);
  });

  it('do not end for a stranger that has two itself', async () => {
    const { open, time } = await shard(4);
    const idle = listener();
    await open(by('alice'), idle);
    for (const session of [await open(by('mallory')), await open(by('mallory'))]) {
      session.send(segment);
    }
    time.now = 20_000;
    await expect(open(by('mallory'))).rejects.toMatchObject(full);
    expect(idle.failures).toEqual([]);
    await open(by('bob'));
    expect(idle.failures).toMatchObject([full]);
  });
});

it('an idle session of a trusted peer ends for the owner and for trusted peers, not for a stranger', async () => {
  const { open, time } = await shard();
  const [first, second] = [listener(), listener()];
  await open(trusted('anna'), first);
  time.now = 1000;
  await open(trusted('anna'), second);
  time.now = 60_000;
  await expect(open(by('mallory'))).rejects.toMatchObject(full);
  expect([first.failures, second.failures]).toEqual([[], []]);
  await open(trusted('bert'));
  expect(first.failures).toMatchObject([full]);
});

it('a session with a segment in the engine does not end, however long that takes', async () => {
  const { open, time } = await shard();
  const [one, other] = [listener(), listener()];
  (await open(by('alice'), one)).send(segment);
  (await open(by('bob'), other)).send(segment);
  time.now = 60_000;
  await expect(open(by('carol'))).rejects.toMatchObject(full);
  expect([one.failures, other.failures]).toEqual([[], []]);
});
