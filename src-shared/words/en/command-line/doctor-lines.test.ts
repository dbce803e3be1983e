import { expect, it } from 'vitest';
import type { Finding } from '../../../doctor/finding.ts';
import { doctorLines } from './doctor-lines.ts';

const missing = { code: 'untold', fact: 'card-fan' } as const;

const findings: readonly Finding[] = [
  { code: 'reach', level: 'note', reach: 'relay' },
  {
    code: 'card',
    level: 'good',
    name: 'RTX 4090',
    isIntegrated: false,
    use: 'used',
    driver: { name: 'NVIDIA', version: '550.54.14' },
    pciAddress: '0000:01:00.0',
    memoryBytes: 24 * 2 ** 30,
    freeBytes: 20 * 2 ** 30,
    allowedBytes: 18 * 2 ** 30,
    largestBufferBytes: 4 * 2 ** 30,
    missing: [{ fact: 'fanShare', reason: missing }],
  },
  {
    code: 'shard',
    level: 'note',
    model: 'Llama',
    layers: { firstLayer: 0, lastLayer: 31 },
    of: 32,
    state: 'idle',
    fault: null,
    backend: null,
    memoryBytes: 0,
    expectedBytes: 5 * 2 ** 30,
    deviceBytes: 0,
    expectedDeviceBytes: 4 * 2 ** 30,
    layersOnDevices: 28,
  },
  { code: 'compute-fault', level: 'problem', message: 'the driver crashed' },
];

it('prints what was found by topic, each with its state and what to do', () => {
  expect(doctorLines(findings)).toEqual([
    'Graphics cards',
    '  ok       RTX 4090 (a card of its own, at 0000:01:00.0): used. Driver: NVIDIA 550.54.14. 24 GB of memory, 20 GB free, models may take 18 GB, largest buffer 4 GB. Not known: fan (the driver reports no fan speed).',
    '  PROBLEM  llama.cpp could not look for graphics devices, so the processor computes: the driver crashed',
    '           → Install the newest driver of the graphics card, then restart MindMesh.',
    '',
    'Models',
    '  note     Llama, layers 0–31 of 32: not loaded now. It will take 5 GB, 4 GB of it on graphics devices; 28 of its 32 layers run there.',
    '',
    'Reach',
    '  note     Peers elsewhere reach this computer over relays alone, which is slower.',
    '           → Switch “Ask the router to let peers in” on in the settings, or forward the port above to this computer in the router.',
    '',
    '1 problem and 2 notes.',
  ]);
});
