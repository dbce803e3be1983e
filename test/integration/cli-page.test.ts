import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { mindmesh } from '../../src-main/cli/program.ts';
import { cliPage } from '../../tools/cli-page.ts';

/** The formatter pads tables, and wraps nothing. */
function plain(text: string): string {
  return text.replaceAll(/[ -]+/g, ' ');
}

it('docs/cli.md lists every command and option as the help does; "node tools/write-cli-page.ts" writes it', async () => {
  const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  expect(plain(page)).toBe(plain(cliPage(mindmesh())));
});
