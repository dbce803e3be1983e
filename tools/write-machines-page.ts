/** Writes docs/machines.md anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { everyKind } from '../test/support/machine/kinds/every-kind.ts';
import { machinesPage } from './machines-page.ts';

const file = join(import.meta.dirname, '..', 'docs', 'machines.md');
writeFileSync(file, machinesPage(everyKind));
