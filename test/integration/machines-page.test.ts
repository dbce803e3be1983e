import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { machinesPage } from '../../tools/machines-page.ts';
import { everyKind } from '../support/machine/kinds/every-kind.ts';

/** The formatter pads tables. */
function plain(text: string): string {
  return text.replaceAll(/[ -]+/g, ' ');
}

it('docs/machines.md lists every kind of machine that is played; "node tools/write-machines-page.ts" writes it', async () => {
  const page = await readFile(new URL('../../docs/machines.md', import.meta.url), 'utf8');
  expect(plain(page)).toBe(plain(machinesPage(everyKind)));
});
