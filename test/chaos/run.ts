/** `npm run chaos -- --minutes 10 [--seed 1]`: prints a line of JSON, and exits with 1 when a check failed. */
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0 && minutes <= 600) || !Number.isSafeInteger(seed)) {
  console.error('Usage: npm run chaos -- --minutes 10 [--seed 1]; at most 600 minutes');
  process.exitCode = 2;
} else {
  const report = await runChaos({ minutes, seed, say: (line) => console.error(`chaos, ${line}`) });
  for (const line of [...report.lost, ...report.different].slice(0, 20)) {
    console.error(line);
  }
  const { lost, different, ...rest } = report;
  console.log(JSON.stringify({ ...rest, lost: lost.length, different: different.length }));
  const isBroken =
    lost.length > 0 ||
    different.length > 0 ||
    report.leakedProcesses > 0 ||
    (report.memoryGrowthPercent ?? 0) > 10;
  process.exitCode = isBroken ? 1 : 0;
}
