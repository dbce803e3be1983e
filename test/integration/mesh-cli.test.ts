/** Models and routes of a mesh on the command line: two running apps, tables for people and JSON for scripts. */
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { catalogEntrySchema } from '../../src-shared/catalog.ts';
import { modelEntrySchema } from '../../src-shared/api/models.ts';
import { routeViewSchema } from '../../src-shared/route-view.ts';
import { type Finished, mindmesh, startMindmesh } from '../support/host/host-command-line.ts';
import { eventually, eventuallyTrue } from '../support/host/host-processes.ts';
import { smallModel, writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const alone =
  '--api-port 0 --no-window --no-mdns --listen /ip4/127.0.0.1/tcp/0 --threads 1 --always-work'.split(
    ' ',
  );

type Running = { readonly run: (...args: string[]) => Promise<Finished>; readonly address: string };

/** Runs `mindmesh serve` until the end of the test. */
async function serve(...options: string[]): Promise<Running> {
  const folder = await temporaryFolder();
  const child = startMindmesh(['serve', '--data', folder, ...alone, ...options]);
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
  const [address = ''] = /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/.exec(printed) ?? [];
  return { run: (...args) => mindmesh(['--data', folder, ...args]), address };
}

describe('mindmesh models and mindmesh route', () => {
  it('show what the mesh has, fetch layers of it, host them, and forget them', async () => {
    const { name } = smallModel;
    const file = join(await temporaryFolder(), 'model.gguf');
    await writeRandomModel(file);
    const desk = await serve('--no-shards');
    expect((await desk.run('models', 'import', file)).code).toBe(0);
    const shards = JSON.stringify([{ model: name }]);
    expect((await desk.run('settings', 'set', 'shards', shards)).code).toBe(0);

    const laptop = await serve('--no-shards', '--peer', desk.address);
    const route = await eventually(
      'the model can be asked',
      async () => {
        const shown = await laptop.run('route', name);
        return shown.code === 0 ? shown.out : undefined;
      },
      60_000,
    );
    expect(route).toMatch(/^Random small would be answered by 1 peer:\n\nstage +peer +layers /);
    expect(route).toMatch(/\n1 +…\w{8} +0–3 .* free +direct +0\n/);
    const view = routeViewSchema.parse(JSON.parse((await laptop.run('route', name, '--json')).out));
    expect(view.stages).toMatchObject([{ firstLayer: 0, lastLayer: 3, isOwn: false }]);
    expect(await laptop.run('route', name, '--own-machines')).toMatchObject({
      code: 1,
      err: expect.stringContaining('none among your own machines'),
    });
    expect((await laptop.run('route', name, '--region', 'Narnia')).code).toBe(1);

    const ask = (...rules: string[]): Promise<Finished> =>
      laptop.run('chat', 'Hello', '--model', name, ...rules);
    expect((await ask('--region', 'EU')).err).toContain('none in the regions EU');
    expect((await ask()).code).toBe(0);

    const fetched = await laptop.run('models', 'download', name, '--layers', '0-1');
    expect(fetched).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Layers 0–1 of Random small are here:\n/),
    });
    const half = JSON.stringify([{ model: name, layers: { firstLayer: 0, lastLayer: 1 } }]);
    expect((await laptop.run('settings', 'set', 'shards', half)).code).toBe(0);
    await eventuallyTrue('the half is hosted', async () =>
      (await laptop.run('status')).out.includes('Random small, layers 0–1\n'),
    );
    const listed = z
      .array(modelEntrySchema.extend({ downloads: z.array(z.unknown()) }))
      .parse(JSON.parse((await laptop.run('models', 'list', '--json')).out));
    expect(listed.find((model) => model.name === name)).toMatchObject({
      path: null,
      available: true,
      downloads: [],
    });
    expect((await laptop.run('models', 'remove', name)).err).toContain('Stop hosting it first');
    expect((await laptop.run('settings', 'set', 'shards', '[]')).code).toBe(0);
    expect((await laptop.run('models', 'remove', name)).out).toMatch(/^Removed Random small /);
  });

  it('list what can be downloaded, and say what cannot', async () => {
    const { run } = await serve('--no-shards');
    const { out } = await run('models', 'catalog');
    expect(out).toMatch(/^id +model +size +type +download +licence +from +here\n/);
    expect(out).toMatch(
      /\nqwen3-0\.6b +Qwen3 0\.6B +0\.6B +Q8_0 +639\.4 MB +Apache-2\.0 +the app +no\n/,
    );
    const entries = z
      .array(catalogEntrySchema)
      .parse(JSON.parse((await run('models', 'catalog', '--json')).out));
    expect(entries.length).toBeGreaterThan(5);
    expect(await run('models', 'download', 'qwen3-0.6b', '--layers', '0-1')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Download the whole model'),
    });
    expect((await run('models', 'download', 'x', '--layers', '5-1')).code).toBe(1);

    const file = join(await temporaryFolder(), 'model.gguf');
    await writeRandomModel(file);
    await run('models', 'import', file);
    await run('pool', 'create', 'Our house');
    const offered = await run('pool', 'offer', smallModel.name, '--licence', 'MIT');
    expect(offered.out).toBe(
      'The members of Our house can download random-small-f32 from now on.\n',
    );
    expect((await run('models', 'catalog')).out).toMatch(
      /\nrandom-small-f32 +Random small +F32 .* MIT +pool Our house +yes\n/,
    );
    expect((await run('pool', 'withdraw', 'random-small-f32')).code).toBe(0);
    expect((await run('models', 'catalog')).out).not.toContain('Our house');
    expect((await run('pool', 'withdraw', 'random-small-f32')).err).toContain('offers no model');
    expect((await run('pool', 'offer', smallModel.name)).code).not.toBe(0);

    expect((await run('route', 'No such model')).err).toContain('No model called "No such model"');
  });
});
