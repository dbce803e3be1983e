/** Pools as users see them: two running apps, a link from one to the other, tables and JSON. */
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { poolMethods } from '../../src-shared/api/pools.ts';
import { poolSchema } from '../../src-shared/pool.ts';
import { mindmesh, startMindmesh } from '../support/host/host-command-line.ts';
import { eventually, eventuallyTrue } from '../support/host/host-processes.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const alone =
  '--api-port 0 --no-window --no-mdns --no-shards --pool-only --listen /ip4/127.0.0.1/tcp/0 --threads 1'.split(
    ' ',
  );

/** Runs `mindmesh serve` for members only until the end of the test; returns how to run commands beside it. */
async function serve(): Promise<(...args: string[]) => ReturnType<typeof mindmesh>> {
  const folder = await temporaryFolder();
  const child = startMindmesh(['serve', '--data', folder, ...alone]);
  let printed = '';
  child.stdout.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit');
    }
  });
  await eventuallyTrue('serving', () => printed.includes('Press Ctrl-C'), 60_000);
  return (...args) => mindmesh(['--data', folder, 'pool', ...args]);
}

describe('mindmesh pool', () => {
  it('makes a pool, invites, joins, lists, removes and leaves', async () => {
    const [desk, laptop] = await Promise.all([serve(), serve()]);
    expect(await desk('list')).toMatchObject({ out: expect.stringContaining('in no pool') });
    const made = await desk('create', 'Our house', '--as', 'desk');
    expect(made).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Made the pool Our house;/),
    });

    const invited = await desk(
      'invite',
      '--role',
      'member',
      '--uses',
      '2',
      '--expires',
      '2h',
      '--json',
    );
    const { link, usesLeft } = poolMethods.poolInvite.result.parse(JSON.parse(invited.out));
    expect(usesLeft).toBe(2);
    expect((await desk('invite')).out).toMatch(
      /^[█▀▄ \n]{1000,}\nmindmesh:\/\/join\/\S+\n\nInvites to Our house as member, once, for 24 hours\.\n/,
    );
    expect(await laptop('join', link, '--as', 'laptop')).toMatchObject({
      code: 0,
      out: 'Joined Our house as member.\n',
      err: '',
    });

    const listed = await eventually('both are connected', async () => {
      const { out } = await desk('list');
      return / {2}laptop +\S+ +member +connected /.test(out) ? out : undefined;
    });
    expect(listed).toMatch(/^Our house \(…\w{8}\): you are its owner, for 180 days\n/);
    expect(listed).toMatch(/ {2}desk +\S+ +admin +this machine +/);
    const [pool] = z.array(poolSchema).parse(JSON.parse((await laptop('list', '--json')).out));
    expect(pool?.members.map(({ name }) => name).toSorted()).toEqual(['desk', 'laptop']);

    expect(await laptop('revoke', 'desk')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Only the owner'),
    });
    expect((await desk('revoke', 'laptop')).out).toMatch(/^Removed laptop from Our house\./);
    await eventuallyTrue('the laptop knows', async () =>
      (await laptop('list')).out.includes('this machine was removed'),
    );
    expect((await laptop('leave', 'Our house')).out).toBe('Left Our house.\n');
    expect(await desk('leave', 'Our house')).toMatchObject({
      code: 1,
      err: expect.stringContaining('--for-good'),
    });
    expect((await desk('leave', 'Our house', '--for-good')).code).toBe(0);
  });

  it('says in words what it cannot do', async () => {
    const folder = await temporaryFolder();
    const run = (...args: string[]): ReturnType<typeof mindmesh> =>
      mindmesh(['--data', folder, 'pool', ...args]);
    expect(await run('invite')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Start MindMesh with "mindmesh serve" first'),
    });
    expect(await run('join', 'https://example.org')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not an invite'),
    });
    expect((await run('create', 'Alone')).code).toBe(0);
    expect((await run('list')).out).toContain('Alone (…');
    expect(await run('revoke', 'nobody')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no member and no open invite "nobody"'),
    });
    for (const args of [
      ['invite', '--role', 'king'],
      ['invite', '--uses', '0'],
      ['invite', '--expires', '99d'],
      ['create', 'two\nlines'],
    ]) {
      expect((await run(...args)).code).toBe(1);
    }
  });
});
