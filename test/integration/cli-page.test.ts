import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { mindmesh } from '../../src-main/cli/program.ts';
import { cliPage } from '../../tools/cli-page.ts';

it('docs/cli.md lists every command and option as the help does; "node tools/write-cli-page.ts" writes it', async () => {
  const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  // The formatter pads tables and wraps nothing.
  const plain = (text: string): string => text.replaceAll(/[ -]+/g, ' ');
  expect(plain(page)).toBe(plain(cliPage(mindmesh())));
});
