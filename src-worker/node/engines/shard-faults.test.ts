import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import {
  hosting,
  hostOf,
  left,
  library,
  listener,
  request,
  servingShard,
  settle,
  useFakeTimeouts,
  whole,
} from '../../../test/support/sessions/fake-shard-host.ts';
import { FakeEngines } from '../../../test/support/sessions/node-fake-engines.ts';
import { fakeModel } from '../../../test/support/sessions/node-fake-mesh.ts';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';

useFakeTimeouts();

async function hostedFile() {
  const path = join(await temporaryFolder(), 'model.gguf');
  await writeFile(path, 'weights');
  const engines = new FakeEngines();
  const shardPath = vi.fn<() => Promise<string>>(() => Promise.resolve(path));
  const host = hostOf(engines, library({ shardPath, isMade: () => false }));
  onTestFinished(() => host.stop());
  host.setDesired([{ model: 'Fake model' }]);
  await vi.waitFor(() => expect(host.statuses()).toMatchObject([{ state: 'serving' }]));
  shardPath.mockRejectedValue(new AppError('model-changed', 'Import it again.'));
  return { path, engines, host, shardPath };
}

describe('a shard whose file is its owner’s', () => {
  it('is ended with its sessions when the file is written over, with the reason', async () => {
    const { path, engines, host } = await hostedFile();
    const failed = listener();
    await servingShard(host).openSession(request, failed);
    await writeFile(path, 'other weights');
    await vi.waitFor(() =>
      expect(failed.failures).toMatchObject([
        {
          code: 'peer-failed',
          message: expect.stringMatching(/^The shard .+ of service: its file has changed$/),
        },
      ]),
    );
    expect(engines.running).toEqual([]);
    expect(host.records()).toEqual([]);
    expect(host.faultOf(fakeModel.manifestId)).toMatch(/has changed|Import it again/);
    await vi.waitFor(() => expect(host.faultOf(fakeModel.manifestId)).toBe('Import it again.'));
  });

  it('opens no session after the file was written over, even before an event reports that', async () => {
    const { path, engines, host } = await hostedFile();
    const shard = servingShard(host);
    writeFileSync(path, 'other weights');
    const opened = shard.openSession(request, listener());
    await expect(opened).rejects.toMatchObject({ code: 'engine-died' });
    expect(engines.all[0]?.opened).toEqual([]);
  });

  it('is retried at once when it is imported again, also during a long back-off', async () => {
    const { path, host, shardPath } = await hostedFile();
    await writeFile(path, 'other weights');
    await vi.waitFor(() => expect(host.statuses()).toMatchObject([{ state: 'faulted' }]));
    await vi.advanceTimersByTimeAsync(60_000);
    await vi.waitFor(() => expect(host.statuses()[0]?.failure?.inARow).toBeGreaterThanOrEqual(2));
    shardPath.mockResolvedValue(path);
    host.retry('b'.repeat(64));
    expect(host.statuses()).toMatchObject([{ state: 'faulted' }]);
    host.retry(fakeModel.manifestId);
    await settle();
    await vi.waitFor(() => expect(host.statuses()).toMatchObject([{ state: 'serving' }]));
    expect(host.faultOf(fakeModel.manifestId)).toBeUndefined();
  });
});

it('a fault is told while the shard is being started again, too, but not after its cause may be gone', async () => {
  const { path, host, shardPath } = await hostedFile();
  await writeFile(path, 'other weights');
  await vi.waitFor(() => expect(host.statuses()).toMatchObject([{ state: 'faulted' }]));
  const { promise: found, resolve } = Promise.withResolvers<string>();
  shardPath.mockReturnValue(found);
  await vi.advanceTimersByTimeAsync(60_000);
  await vi.waitFor(() => expect(host.statuses()).toMatchObject([{ state: 'starting' }]));
  expect(host.faultOf(fakeModel.manifestId)).toMatch(/has changed|Import it again/);
  host.retry(fakeModel.manifestId);
  expect(host.faultOf(fakeModel.manifestId)).toBeUndefined();
  resolve(path);
  await vi.waitFor(() => expect(host.statuses()).toMatchObject([{ state: 'serving' }]));
});

it('a fault is remembered while the machine is idle, until other layers are hosted', async () => {
  const engines = new FakeEngines();
  engines.refuseLoads = new AppError('engine-load-failed', 'It is broken.');
  const { host } = await hosting([whole], engines);
  expect(host.faultOf(fakeModel.manifestId)).toBe('It is broken.');
  await host.setWork({ state: 'paused', answersOwner: false });
  expect(host.faultOf(fakeModel.manifestId)).toBe('It is broken.');
  expect(host.faultOf('b'.repeat(64))).toBeUndefined();
  host.setDesired([{ model: 'Fake model', layers: left }]);
  expect(host.faultOf(fakeModel.manifestId)).toBeUndefined();
});
