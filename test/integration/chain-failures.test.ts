/** Engines and nodes of a chain are killed in the middle of an answer: it goes on, with the same text. */
import { endingDuty } from '../support/host/paused-duty.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Receipt } from '../../src-shared/chat.ts';
import { longModel, NodeChain } from '../support/sessions/node-chain.ts';
import type { NodeProcess } from '../support/host/node-process.ts';

/** Long enough for a disturbance after the first token to be in the middle of the answer. */
const answerTokens = 300;
const longJson = 600;
const question = 'What is this?';

const thirds = [
  { firstLayer: 0, lastLayer: 0 },
  { firstLayer: 1, lastLayer: 2 },
  { firstLayer: 3, lastLayer: 3 },
];

/** A pace for long answers, which leaves the machine to other tests most of the time. */
const slow = { workShare: 0.1, cpuShare: 1 };

/** Far more colours than an answer has room for. */
const colours = {
  type: 'json_schema',
  json_schema: {
    name: 'colours',
    schema: {
      type: 'array',
      minItems: 2000,
      items: {
        type: 'object',
        properties: { colour: { enum: ['red', 'green', 'blue'] } },
        required: ['colour'],
        additionalProperties: false,
      },
    },
  },
} as const;

describe('a chain of which an engine is killed in the middle of an answer', () => {
  let chain: NodeChain;
  let undisturbed: string;
  beforeAll(async () => {
    chain = await NodeChain.start(thirds);
    undisturbed = await chain.answer(answerTokens);
  });
  afterAll(() => chain.stop());

  it.each(thirds)(
    'waits until layers $firstLayer to $lastLayer are back, and goes on with the same text',
    async ({ firstLayer }) => {
      const node = chain.hosting.find(({ status }) => status.shards[0]?.firstLayer === firstLayer);
      const text = await chain.answer(answerTokens, async () => {
        await node?.until(({ shards }) => shards[0]?.state === 'serving', 'its engine is told of');
        process.kill(node?.enginePids[0] ?? 0, 'SIGKILL');
      });
      expect(text).toBe(undisturbed);
      await chain.untilNothingRuns();
    },
  );
});

describe('a chain of which a whole node is killed in the middle of an answer', () => {
  const lower = { firstLayer: 0, lastLayer: 1 };
  const upper = { firstLayer: 2, lastLayer: 3 };
  let chain: NodeChain;
  let undisturbed: string;
  beforeAll(async () => {
    chain = await NodeChain.start([lower, upper, upper]);
    undisturbed = await chain.answer(answerTokens);
  });
  afterAll(() => chain.stop());

  function latestReceipt(): Receipt | undefined {
    return chain.asker.usage.findLast((usage) => usage.kind === 'asked')?.receipt;
  }

  /** The receipt of the latest answer, which was taken over once; it comes a moment after the last text. */
  async function receiptOf(tokens: number): Promise<Receipt> {
    await vi.waitFor(() => expect(latestReceipt()).toMatchObject({ tokens, takeovers: 1 }));
    return latestReceipt() as Receipt;
  }

  async function killWorking(): Promise<void> {
    const killed = await chain.workingOn(2);
    await killed.kill();
  }

  it('goes round a node that stands still, and frees what was left there when it moves', async () => {
    let stopped: NodeProcess | undefined;
    await chain.answer(answerTokens, async () => {
      stopped = await chain.workingOn(2);
      process.kill(stopped.pid, 'SIGSTOP');
    });
    const { stages } = await receiptOf(answerTokens);
    expect(stages.map(({ peer }) => peer)).not.toContain(stopped?.status.peer);
    process.kill(stopped?.pid ?? 0, 'SIGCONT');
    await chain.untilNothingRuns();
  });

  it('goes over in time when a node leaves, and keeps to the schema that was asked for', async () => {
    let leaving: NodeProcess | undefined;
    const leave = async (): Promise<void> => {
      leaving = await chain.workingOn(2);
      await leaving.request('setWork', {
        state: 'draining',
        answersOwner: true,
        reason: endingDuty,
      });
    };
    const text = await chain.answer(longJson, leave, { response_format: colours });
    const whole = text.slice(0, text.lastIndexOf('}') + 1);
    const names = colours.json_schema.schema.items.properties.colour.enum;
    const written = JSON.parse(`${whole}]`) as { colour: string }[];
    expect(written.every(({ colour }) => names.some((name) => name === colour))).toBe(true);
    const { stages } = await receiptOf(longJson);
    expect(stages.map(({ peer }) => peer)).not.toContain(leaving?.status.peer);
    await leaving?.request('setWork', { state: 'serving', answersOwner: true, reason: null });
    await leaving?.untilServing();
    await chain.untilAllKnown();
  });

  it('goes on over a spare node with the same layers, with the same text', async () => {
    expect(await chain.answer(answerTokens, killWorking)).toBe(undisturbed);
    await chain.untilNothingRuns();
  });

  it('waits for another node where there is no spare, and goes on with the same text', async () => {
    const text = await chain.answer(answerTokens, async () => {
      await killWorking();
      await chain.host(upper);
    });
    expect(text).toBe(undisturbed);
    await chain.untilNothingRuns();
  });

  it('gives up after a while where none comes, and says which layers are missing', async () => {
    await expect(chain.answer(answerTokens, killWorking)).rejects.toMatchObject({
      code: 'peer_failed',
      type: 'server_error',
      message: expect.stringMatching(/no peer in reach hosts layers 2–3 of its 4/),
    });
    await chain.untilNothingRuns();
    await expect(chain.ask(question, 20)).rejects.toMatchObject({ status: 503 });
    const another = await chain.host({ firstLayer: 2, lastLayer: longModel.layers - 1 });
    await chain.untilAllKnown();
    const { stages } = await chain.ask(question, 20);
    expect(stages[1]?.peer).toBe(another.status.peer);
  });
});

describe('a chain whose requester is gone', () => {
  let chain: NodeChain;
  beforeAll(async () => {
    chain = await NodeChain.start(thirds, slow);
  });
  afterAll(() => chain.stop());

  it('frees its sessions within fifteen seconds when it only stands still, and at once when it dies', async () => {
    const { abort } = await chain.begin();
    await chain.untilAllWork();
    process.kill(chain.asker.pid, 'SIGSTOP');
    const stoppedAt = performance.now();
    await chain.untilAllFree();
    // The last sign of life may be one interval old, and silence is checked only now and then.
    expect(performance.now() - stoppedAt).toBeLessThan(20_000);
    process.kill(chain.asker.pid, 'SIGCONT');
    abort();
    await chain.untilNothingRuns();

    await chain.begin();
    await chain.untilAllWork();
    const killedAt = performance.now();
    await chain.asker.kill();
    await chain.untilAllFree();
    expect(performance.now() - killedAt).toBeLessThan(5000);
  });
});
