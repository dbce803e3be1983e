/** What an idle node without a model costs: resident memory and CPU time of the node process over a minute. */
import { setTimeout as delay } from 'node:timers/promises';
import { NodeProcess } from '../support/host/node-process.ts';
import { cpuSeconds, residentBytes } from './process-usage.ts';
import { type Bench, say } from './report.ts';
import { median, round } from './statistics.ts';

const settleMs = 5000;
const measuredSeconds = 60;

export const footprint: Bench = {
  about: 'an idle node: resident memory (≤ 150 MB) and CPU (≤ 0.5 % of a core) over 60 s',
  run: async () => {
    const node = await NodeProcess.start({
      listen: ['/ip4/0.0.0.0/tcp/0'],
      mdns: true,
      upnp: true,
      shards: [],
    });
    try {
      say(`Watching an idle node for ${measuredSeconds} s …`);
      await delay(settleMs);
      const before = cpuSeconds(node.pid);
      const resident: number[] = [];
      for (let second = 0; second < measuredSeconds; second += 1) {
        await delay(1000);
        resident.push(residentBytes(node.pid) / 1e6);
      }
      const cpuPercent = (100 * (cpuSeconds(node.pid) - before)) / measuredSeconds;
      const residentMb = Math.max(...resident);
      return {
        rows: [
          { what: 'resident memory, largest (MB)', value: round(residentMb, 1), limit: 150 },
          { what: 'resident memory, median (MB)', value: round(median(resident), 1), limit: 150 },
          { what: 'CPU (% of a core)', value: round(cpuPercent, 2), limit: 0.5 },
        ],
        remarks: ['mDNS, UPnP, gateway and listening are on, as in a fresh installation.'],
        figures: { residentMb: round(residentMb, 1), cpuPercent: round(cpuPercent, 2) },
      };
    } finally {
      await node.stop();
    }
  },
};
