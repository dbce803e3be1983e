/** `npm run bench -- NAME`: runs one benchmark; see the files beside this one for what each measures. */
import { failover } from './failover.ts';
import { footprint } from './footprint.ts';
import { game } from './game.ts';
import { ghosts } from './ghosts.ts';
import { hop } from './hop.ts';
import { idleCost } from './idle-cost.ts';
import { prefill } from './prefill.ts';
import { type Bench, printResult } from './report.ts';
import { reach } from './reach.ts';
import { route } from './route.ts';
import { split } from './split.ts';
import { yieldToOwner } from './yield.ts';

const benches: Readonly<Record<string, Bench>> = {
  split,
  hop,
  prefill,
  footprint,
  yield: yieldToOwner,
  game,
  'idle-cost': idleCost,
  route,
  reach,
  failover,
  ghosts,
};

const name = process.argv[2] ?? '';
const bench = benches[name];
if (bench === undefined) {
  console.error('Usage: npm run bench -- NAME, where NAME is one of');
  for (const [known, { about }] of Object.entries(benches)) {
    console.error(`  ${known.padEnd(10)} ${about}`);
  }
  process.exitCode = 2;
} else {
  printResult(name, await bench.run());
}
