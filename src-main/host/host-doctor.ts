/** The examination of a host by `mindmesh doctor` and by the window. */
import type { Examination } from '../../src-shared/api/doctor.ts';
import { type ChatRequestInput, chatRequestSchema, type Receipt } from '../../src-shared/chat.ts';
import type { Finding } from '../../src-shared/doctor/finding.ts';
import { AppError } from '../../src-shared/errors.ts';
import { benchmark } from '../doctor/benchmark.ts';
import { benchmarkModel } from '../doctor/benchmark-model.ts';
import { examine } from '../doctor/examine.ts';
import type { Known } from '../doctor/known.ts';
import type { NodeProcess } from '../node/node-process.ts';

export type HostDoctorOptions = {
  readonly known: () => Known;
  readonly node: Pick<NodeProcess, 'passOn' | 'status'>;
  readonly windowPort: () => number | null;
};

export function hostDoctor(
  { known, node, windowPort }: HostDoctorOptions,
  withBenchmark: boolean,
  signal: AbortSignal,
): Promise<Examination> {
  return examine({
    known,
    windowPort: windowPort(),
    usedDiskBytes: async () => {
      if (node.status === null) {
        return null;
      }
      try {
        const { usedBytes } = await node.passOn('modelStorage', {}, { signal, onEvent: () => {} });
        return usedBytes;
      } catch {
        return null;
      }
    },
    benchmark: withBenchmark ? () => measured(known, node, signal) : null,
  });
}

async function measured(
  known: HostDoctorOptions['known'],
  node: HostDoctorOptions['node'],
  signal: AbortSignal,
): Promise<Finding> {
  const { status } = node;
  const model = status === null ? undefined : benchmarkModel(status);
  if (status === null || model === undefined) {
    return { code: 'speed-no-model', level: 'note' };
  }
  return await benchmark({
    model,
    ownPeer: status.peer,
    duty: () => known().duty,
    ask: (...question) => answered(node, ...question),
    signal,
    now: () => performance.now(),
  });
}

async function answered(
  node: HostDoctorOptions['node'],
  request: ChatRequestInput,
  signal: AbortSignal,
  onTokens: (tokens: number) => void,
): Promise<Receipt> {
  let receipt: Receipt | undefined;
  await node.passOn('chat', chatRequestSchema.parse(request), {
    signal,
    onEvent: (event) => {
      if (event.type === 'text') {
        onTokens(event.tokens);
      } else if (event.type === 'done') {
        [receipt] = event.receipts;
      }
    },
  });
  if (receipt === undefined) {
    throw new AppError('internal', 'An answer ended without its receipt.');
  }
  return receipt;
}
