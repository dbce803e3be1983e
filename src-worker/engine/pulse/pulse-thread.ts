/**
 * A thread of the engine process that reports to the node once a second that the process runs, and whether its
 * main thread responds. It also runs while llama.cpp computes for minutes, and stops only with the whole process. When the
 * node is gone, it ends the process at once; the main thread would notice that only after its batch.
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
let lastPing = 0;
/** When the last ping was sent to the main thread. */
let pingedAt = performance.now();

function beat(): void {
  const now = performance.now();
  if (Atomics.load(cells, pulseCells.lastReply) === lastPing) {
    lastPing += 1;
    pingedAt = now;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    parentPort?.postMessage(lastPing);
    report(0);
  } else {
    report(Math.round(now - pingedAt));
  }
}

function report(busyMs: number): void {
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
    // EAGAIN: the pipe is full because the node has not read for an hour. Any other error: the node is gone.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
      process.kill(process.pid, 'SIGKILL');
    }
  }
}

beat();
setInterval(beat, everyMs);
