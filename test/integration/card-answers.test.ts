/** Answers of nodes whose engines compute on a graphics card, here Mesa's software Vulkan, alone and beside a processor. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFiles } from '../../src-main/base/app-files.ts';
import type { LayerRange } from '../../src-shared/model.ts';
import { endingDuty } from '../support/host/paused-duty.ts';
import { NodeProcess } from '../support/host/node-process.ts';
import { hasSoftwareCard, withSoftwareCards } from '../support/engine/software-card.ts';

const { demoModel, demoModelName } = appFiles();
const whole = { firstLayer: 0, lastLayer: 5 };
const lower = { firstLayer: 0, lastLayer: 2 };
const upper = { firstLayer: 3, lastLayer: 5 };
/** One question for all: shaders for batches of its length are compiled once, and lie in Mesa's own cache then. */
const hello = { role: 'user', content: 'hello' } as const;
const compilesWithinMs = 300_000;

function host(layers: LayerRange, backend: 'auto' | 'cpu'): Promise<NodeProcess> {
  return NodeProcess.start({
    bundledModels: [demoModel],
    shards: [{ model: demoModelName, layers }],
    engine: { threads: 1, backend, contextLength: 1024 },
  });
}

function hostOnCard(layers: LayerRange): Promise<NodeProcess> {
  return withSoftwareCards(() => host(layers, 'auto'));
}

const question = {
  model: demoModelName,
  messages: [hello],
  sampling: { temperature: 0 },
  maxTokens: 40,
};

describe.skipIf(!hasSoftwareCard)('a model on a graphics card', () => {
  let card: NodeProcess;
  let processor: NodeProcess;
  beforeAll(async () => {
    [card, processor] = await Promise.all([hostOnCard(whole), host(whole, 'cpu')]);
    await Promise.all([card.untilServing(), processor.untilServing()]);
  });
  afterAll(() => Promise.all([card.stop(), processor.stop()]));

  it(
    'answers as on the processor, also when it is asked again',
    async () => {
      const onProcessor = await processor.ask(question);
      const onCard = await card.ask(question);
      const again = await card.ask(question);
      expect(card.status.shards).toMatchObject([{ backend: 'vulkan' }]);
      expect(onCard.text).toBe(onProcessor.text);
      expect(again.text).toBe(onProcessor.text);
    },
    compilesWithinMs,
  );

  it('is told of by what it takes there, and is gone from there once the machine is needed', async () => {
    const { compute, shards } = await card.request('status', {});
    expect(compute).toMatchObject({ backend: 'vulkan', devices: [{ id: 'Vulkan0' }] });
    const deviceBytes = shards[0]?.deviceBytes ?? 0;
    expect(deviceBytes).toBeGreaterThan(0);
    expect((shards[0]?.expectedDeviceBytes ?? 0) / deviceBytes).toBeLessThan(1.1);
    await card.request('setWork', { state: 'paused', answersOwner: false, reason: endingDuty });
    expect((await card.request('status', {})).shards).toMatchObject([
      { pid: null, deviceBytes: 0 },
    ]);
    await card.request('setWork', { state: 'serving', answersOwner: true, reason: null });
    await card.untilServing();
  });

  it('is loaded again after a driver ended its engine, and the owner is told how it ended', async () => {
    process.kill(card.enginePids[0] ?? 0, 'SIGSEGV');
    const { shards } = await card.until(
      ({ shards: [shard] }) => shard?.state === 'faulted',
      'the crash is told',
    );
    expect(shards[0]?.failure?.message).toContain('was ended by SIGSEGV');
    await card.untilServing();
  });
});

describe.skipIf(!hasSoftwareCard)('a chain with a graphics card in it', () => {
  const nodes: NodeProcess[] = [];
  let asker: NodeProcess;
  let onCard: NodeProcess;
  beforeAll(async () => {
    onCard = await hostOnCard(upper);
    nodes.push(onCard, await host(lower, 'cpu'));
    await Promise.all(nodes.map((node) => node.untilServing()));
    asker = await NodeProcess.start({
      staticPeers: nodes.flatMap(({ status }) => status.addresses),
    });
    nodes.push(asker);
    await asker.untilAvailable(demoModelName);
  });
  afterAll(() => Promise.all(nodes.map((node) => node.stop())));

  it('goes on with the same text on a processor when the card’s node is killed', async () => {
    const undisturbed = await asker.ask(question);
    expect(undisturbed.done.receipts[0]?.stages).toHaveLength(2);
    const spare = await host(upper, 'cpu');
    nodes.push(spare);
    await spare.untilServing();
    // Known only now, so that the card is chosen at first.
    const text: string[] = [];
    const { over } = asker.chat(question, (event) => {
      if (event.type === 'text') {
        text.push(event.text);
        if (text.length === 2) {
          void asker.configure({
            staticPeers: nodes
              .slice(0, 2)
              .concat(spare)
              .flatMap(({ status }) => status.addresses),
          });
          void onCard.kill();
        }
      }
    });
    const events = await over;
    const done = events.find((event) => event.type === 'done');
    expect(done?.receipts[0]?.takeovers).toBe(1);
    expect(text.join('')).toBe(undisturbed.text);
  });
});
