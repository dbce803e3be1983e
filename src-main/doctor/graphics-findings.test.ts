import { describe, expect, it } from 'vitest';
import type { Compute, ComputeDevice } from '../../src-shared/compute.ts';
import type { Finding, FindingOf } from '../../src-shared/doctor/finding.ts';
import type { GpuFacts } from '../../src-shared/duty.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import { card, idleFacts, known, unknown } from '../../test/support/host/duty-inputs.ts';
import { knownHost, knownNode } from '../../test/support/host/known-host.ts';
import { graphicsFindings } from './graphics-findings.ts';

const address = '0000:01:00.0';
const seen: GpuFacts = { ...card, pciAddress: address };
const device: ComputeDevice = {
  id: address,
  name: card.name,
  isIntegrated: false,
  totalBytes: 24e9,
  freeBytes: 23e9,
  largestBufferBytes: 4e9,
};
const oneDevice: Compute = { backend: 'vulkan', devices: [device] };
const noDevice: Compute = { backend: 'cpu', devices: [] };

function found(
  compute: Compute | undefined,
  gpus: readonly GpuFacts[] = [seen],
  settings: Partial<Settings> = {},
): readonly Finding[] {
  return graphicsFindings({
    ...knownHost,
    facts: { ...idleFacts, gpus: known(gpus) },
    node: compute === undefined ? knownNode : { ...knownNode, compute },
    settings: { ...knownHost.settings, ...settings },
    devices: [{ id: address, sharesMemory: false, memoryBytes: 18e9, largestBufferBytes: 4e9 }],
  });
}

function cardsOf(findings: readonly Finding[]): FindingOf<'card'>[] {
  return findings.filter((finding) => finding.code === 'card');
}

describe('a graphics card', () => {
  it('that llama.cpp finds is used, with what models may take of it and what others leave free', () => {
    const busy = { ...seen, othersMemoryBytes: known(4e9) };
    expect(found(oneDevice, [busy])).toEqual([
      { code: 'compute', level: 'good', backend: 'vulkan', devices: 1, isProcessorChosen: false },
      {
        code: 'card',
        level: 'good',
        name: 'RTX 4090',
        isIntegrated: false,
        use: 'used',
        driver: null,
        pciAddress: address,
        memoryBytes: 24e9,
        freeBytes: 20e9,
        allowedBytes: 18e9,
        largestBufferBytes: 4e9,
        missing: [],
      },
    ]);
  });

  it('that llama.cpp does not find is a problem where the processor computes in its place', () => {
    const [alone] = cardsOf(found(noDevice));
    expect(alone).toMatchObject({ use: 'unseen', level: 'problem', allowedBytes: null });
    const other = { ...card, id: 'GPU-2', name: 'Old', pciAddress: '0000:02:00.0' };
    const beside = cardsOf(found(oneDevice, [seen, other]));
    expect(beside.map(({ use, level }) => [use, level])).toEqual([
      ['used', 'good'],
      ['unseen', 'note'],
    ]);
  });

  it('that the owner left out, or an integrated one beside another, is told as such', () => {
    const cards = { [card.id]: { isUsed: false, temperatureCeilingCelsius: null } };
    expect(cardsOf(found(oneDevice, [seen], { cards }))[0]?.use).toBe('left-out');
    const compute = {
      ...oneDevice,
      devices: [device, { ...device, id: '0000:00:02.0', name: 'UHD', isIntegrated: true }],
    };
    const uses = cardsOf(found(compute)).map(({ name, use }) => [name, use]);
    expect(uses).toEqual([
      ['RTX 4090', 'used'],
      ['UHD', 'integrated'],
    ]);
  });

  it('is not used where the owner wants the processor, nor decided before llama.cpp has looked', () => {
    expect(cardsOf(found(noDevice, [seen], { backend: 'cpu' }))[0]?.use).toBe('processor-chosen');
    expect(found(undefined).map(({ code }) => code)).toEqual(['compute-unknown', 'card']);
    expect(cardsOf(found(undefined))[0]?.use).toBe('undecided');
  });

  it('tells each missing reading with its reason; only what pauses go by makes it a note', () => {
    const { reason } = unknown;
    const [quiet] = cardsOf(found(oneDevice, [{ ...seen, fanShare: unknown }]));
    expect(quiet).toMatchObject({ level: 'good', missing: [{ fact: 'fanShare', reason }] });
    const [unsure] = cardsOf(found(oneDevice, [{ ...seen, othersUtilisation: unknown }]));
    expect(unsure).toMatchObject({
      level: 'note',
      missing: [{ fact: 'othersUtilisation', reason }],
    });
  });
});

it('has no missing readings on a machine that is not watched', () => {
  const node = { ...knownNode, compute: oneDevice };
  const findings = graphicsFindings({ ...knownHost, facts: null, node });
  expect(cardsOf(findings)).toMatchObject([{ use: 'used', level: 'good', missing: [] }]);
});

describe('looking for graphics devices', () => {
  it('that failed is a problem with its cause', () => {
    expect(found({ ...noDevice, fault: 'the driver crashed' }, [])).toEqual([
      { code: 'compute-fault', level: 'problem', message: 'the driver crashed' },
    ]);
  });

  it('tells why the sensors see no cards', () => {
    const facts = { ...idleFacts, gpus: unknown };
    const [, cards] = graphicsFindings({
      ...knownHost,
      facts,
      node: { ...knownNode, compute: noDevice },
    });
    expect(cards).toEqual({ code: 'cards-unknown', level: 'note', reason: unknown.reason });
  });
});
