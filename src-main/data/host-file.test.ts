import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/machine/temporary-folder.ts';
import { readHostFile, removeHostFile, writeHostFile } from './host-file.ts';

describe('host.json', () => {
  let path = '';
  beforeEach(async () => {
    path = join(await temporaryFolder(), 'host.json');
  });

  it('is for its owner alone and says what was written', async () => {
    const content = {
      pid: 42,
      control: { url: 'ws://127.0.0.1:6375/host', token: 'x'.repeat(43) },
    };
    await writeHostFile(path, content);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readHostFile(path)).toEqual(content);
    await removeHostFile(path);
    expect(await readHostFile(path)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['half a file', '{"pid": 1, "contr'],
    [
      'another machine',
      '{"pid":1,"control":{"url":"ws://evil.example/host","token":"xxxxxxxxxxxxxxxxxxxxxx"}}',
    ],
    ['far too much', `{"pid":1,"control":null,"x":"${'x'.repeat(10_000)}"}`],
  ])('is taken for missing when it holds %s', async (_what, text) => {
    await writeFile(path, text);
    expect(await readHostFile(path)).toBeUndefined();
  });
});
