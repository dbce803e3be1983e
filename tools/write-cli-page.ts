/** Writes docs/cli.md anew. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mindmesh } from '../src-main/cli/program.ts';
import { cliPage } from './cli-page.ts';

writeFileSync(join(import.meta.dirname, '..', 'docs', 'cli.md'), cliPage(mindmesh()));
