/**
 * A thread of the engine process that does nothing but tell the node, once a second, that the process runs and how its
 * main thread does. It goes on while llama.cpp computes for minutes, and stands still only with the whole process. When the
 * node is gone it ends the process at once: the main thread would notice that only after its batch.
 */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Pulse } from '../../wire/engine-messages.ts';
import { pulseCells } from './pulse-cells.ts';

const { descriptor, shared, everyMs } = workerData as {
  descriptor: number;
  shared: SharedArrayBuffer;
  everyMs: number;
};
const cells = new Int32Array(shared);
let asked = 0;
/** Since when the main thread owes an answer. */
let unansweredSince = performance.now();

function beat(): void {
  const now = performance.now();
  if (Atomics.load(cells, pulseCells.answered) === asked) {
    asked += 1;
    unansweredSince = now;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    parentPort?.postMessage(asked);
    tell(0);
  } else {
    tell(Math.round(now - unansweredSince));
  }
}

function tell(busyMs: number): void {
  const { userCPUTime, systemCPUTime, majorPageFault } = process.resourceUsage();
  const pulse: Pulse = {
    busyMs,
    expectedMs: Atomics.load(cells, pulseCells.expectedMs),
    cpuMs: Math.round((userCPUTime + systemCPUTime) / 1000),
    pageFaults: majorPageFault,
  };
  try {
    writeSync(descriptor, `${JSON.stringify(pulse)}\n`);
  } catch (error) {
    // A node that does not read for an hour leaves the pipe full; one that is gone leaves it broken.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
      process.kill(process.pid, 'SIGKILL');
    }
  }
}

beat();
setInterval(beat, everyMs);
