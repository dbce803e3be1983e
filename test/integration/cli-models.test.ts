/** Models and the settings that name them, by the command line of a real host. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dataFolderAt } from '../../src-main/data/data-folder.ts';
import { findHost } from '../../src-main/cli/use-host.ts';
import type { HostSnapshot } from '../../src-shared/api/snapshot.ts';
import { mindmesh, startMindmesh } from '../support/host/host-command-line.ts';
import { eventually, eventuallyTrue } from '../support/host/host-processes.ts';
import { writeRandomModel } from '../support/engine/random-model.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const alone =
  '--always-work --api-port 0 --no-window --no-mdns --listen /ip4/127.0.0.1/tcp/0 --threads 1'.split(
    ' ',
  );

async function serve(folder: string, ...flags: string[]): Promise<void> {
  const child = startMindmesh(['serve', '--data', folder, ...alone, ...flags]);
  let printed = '';
  child.stdout.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await eventuallyTrue('serving', () => printed.includes('Press Ctrl-C'), 60_000);
}

function until(
  folder: string,
  what: string,
  isTrue: (snapshot: HostSnapshot) => boolean,
  withinMs = 60_000,
): Promise<HostSnapshot> {
  return eventually(
    what,
    async () => {
      const connection = await findHost(dataFolderAt(folder));
      try {
        const snapshot = connection?.snapshot();
        return snapshot !== undefined && isTrue(snapshot) ? snapshot : undefined;
      } finally {
        await connection?.close();
      }
    },
    withinMs,
  );
}

const isServing =
  (...names: string[]) =>
  ({ node }: HostSnapshot): boolean =>
    node?.shards.length === names.length &&
    node.shards.every(({ model, state }) => names.includes(model) && state === 'serving');

async function modelFile(name: string, seed = 1): Promise<string> {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeRandomModel(path, { name, seed });
  return path;
}

/** Runs a command that must succeed, and returns its output. */
async function run(folder: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await mindmesh([...args, '--data', folder]);
  expect([args, code, err]).toEqual([args, 0, '']);
  return out;
}

async function storedShards(folder: string): Promise<{ model: string }[]> {
  return JSON.parse(await run(folder, 'settings', 'get', 'shards')) as { model: string }[];
}

describe('a setting of hosted shards', () => {
  it('names models by id, however they were given, and is shown by name', async () => {
    const folder = await temporaryFolder();
    await serve(folder, '--no-shards');
    const path = await modelFile('Small');
    const imported = await run(folder, 'models', 'import', path, '--name', 'one');
    expect(imported).toMatch(/^Imported one:\n/);
    expect(imported).toContain(
      `It is in the library but not hosted yet. "mindmesh models host 'one'"`,
    );
    expect(await run(folder, 'models', 'host', 'one')).toMatch(/^This machine hosts one from now/);
    const { node } = await until(folder, 'Small serves', ({ node }) =>
      (node?.shards ?? []).some(({ model, state }) => model === 'Small' && state === 'serving'),
    );
    const small = node?.models.find(({ alias }) => alias === 'one');
    expect(await storedShards(folder)).toContainEqual({ model: small?.manifestId });

    const words = JSON.stringify([{ model: 'Small' }]);
    expect(await run(folder, 'settings', 'set', 'shards', words)).toBe(
      'shards is [{"model":"one"}].\n',
    );
    expect(await storedShards(folder)).toEqual([{ model: small?.manifestId }]);
    expect(await run(folder, 'settings', 'list')).toContain('[{"model":"one"}]');

    // A copy of the file, and another model of the same name, change nothing about it.
    const copy = `${path}.copy.gguf`;
    await copyFile(path, copy);
    expect(await run(folder, 'models', 'import', copy, '--name', 'two')).toMatch(
      /^This is one, which was known already, also called two; [\s\S]+This machine hosts it\.\n$/,
    );
    await run(folder, 'models', 'import', await modelFile('Small', 2));
    await until(folder, 'only Small serves', isServing('Small'));
    expect(await storedShards(folder)).toEqual([{ model: small?.manifestId }]);

    await run(folder, 'models', 'unhost', 'two');
    expect(await storedShards(folder)).toEqual([]);
    expect(await mindmesh(['chat', 'Hi', '--model', 'one', '--data', folder])).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        `does not host it. "mindmesh models host 'one'" makes it answer.`,
      ),
    });
  });

  it('of an earlier version, with names, is resolved at the start and stored by id', async () => {
    const folder = await temporaryFolder();
    const path = await modelFile('Small');
    const imported = JSON.parse(
      await run(folder, 'models', 'import', path, '--name', 'one', '--json'),
    ) as { manifestId: string };
    await run(folder, 'settings', 'set', 'shards', '[{"model":"one"}]');
    expect(await storedShards(folder)).toEqual([{ model: 'one' }]);
    await serve(folder);
    await until(folder, 'it serves', isServing('Small'));
    expect(await storedShards(folder)).toEqual([{ model: imported.manifestId }]);
  });

  it('follows a file that was imported again with other content', async () => {
    const folder = await temporaryFolder();
    const path = await modelFile('Small');
    await run(folder, 'models', 'import', path, '--name', 'one', '--host');
    await run(folder, 'settings', 'set', 'shards', '[{"model":"one"}]');
    await serve(folder);
    await until(folder, 'Small serves', isServing('Small'));
    await writeRandomModel(path, { name: 'Newer', seed: 2 });
    const said = await run(folder, 'models', 'import', path, '--name', 'one');
    expect(said).toContain('It replaces Small, the former content of this file,');
    expect(said).toContain('This machine hosted the former one, and now hosts this one instead.');
    const { node } = await until(folder, 'Newer serves', isServing('Newer'));
    const newer = node?.models.find(({ name }) => name === 'Newer');
    await eventuallyTrue('stored by its new id', async () => {
      const [shard] = await storedShards(folder);
      return shard?.model === newer?.manifestId;
    });
  });
});

it('a model that cannot be loaded holds the machine no longer than it is hosted', async () => {
  const folder = await temporaryFolder();
  const path = await modelFile('Broken');
  await run(folder, 'models', 'import', path);
  await run(folder, 'settings', 'set', 'shards', '[{"model":"Broken"}]');
  await writeFile(path, 'This is no model any more.');
  await serve(folder);
  await until(folder, 'it has failed again and again', ({ duty }) => duty.state === 'faulted');
  const status = await run(folder, 'status');
  expect(status).toContain('Fault: The model');
  expect(status).toContain('"mindmesh resume" tries again now.');
  await run(folder, 'settings', 'reset', 'shards');
  // The waiting after a fault alone would take longer.
  await until(folder, 'the demo model serves', isServing('MindMesh Demo'), 9000);
});
