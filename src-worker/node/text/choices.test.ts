import { describe, expect, it } from 'vitest';
import type { ChatEvent, Receipt } from '../../../src-shared/chat.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { settle } from '../../../test/support/gateway/gateway-clock.ts';
import type { ChoiceAccount } from './choice.ts';
import { runChoices } from './choices.ts';

const receipt: Receipt = {
  model: 'm',
  stages: [],
  promptTokens: 1,
  tokens: 2,
  tokensPerSecond: 1,
  firstTokenMs: 1,
  totalMs: 1,
};

/** A mesh with room for a number of choices at once; each choice yields two words unless `hold` stops it. */
class SmallMesh {
  readonly log: string[] = [];
  readonly #room: number;
  #running = 0;
  #holding: Promise<void> = Promise.resolve();

  constructor(room: number) {
    this.#room = room;
  }

  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#holding = promise;
    return resolve;
  }

  readonly start = async function* (
    this: SmallMesh,
    choice: number,
    signal: AbortSignal,
  ): AsyncGenerator<ChatEvent, ChoiceAccount, void> {
    if (this.#running >= this.#room) {
      this.log.push(`${choice} refused`);
      throw new AppError('over-capacity', 'full');
    }
    this.#running += 1;
    try {
      for (const word of ['one', 'two']) {
        await this.#holding;
        if (signal.aborted) {
          throw new AppError('cancelled', 'aborted');
        }
        yield { type: 'text', choice, text: word, tokens: 1 };
      }
      yield { type: 'finished', choice, reason: 'stop' };
      this.log.push(`${choice} finished`);
      return { tokens: 2, receipt };
    } finally {
      this.#running -= 1;
      this.log.push(`${choice} ended`);
    }
  }.bind(this);
}

const never = new AbortController().signal;

async function collect(run: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of run) {
    events.push(event);
  }
  return events;
}

describe('the choices of a chat', () => {
  it('run side by side and end with one account', async () => {
    const mesh = new SmallMesh(3);
    const events = await collect(runChoices(3, 7, mesh.start, never));
    const order = events.flatMap((event) => (event.type === 'text' ? [event.choice] : []));
    expect(order).toEqual([0, 1, 2, 0, 1, 2]);
    expect(events.at(-1)).toEqual({
      type: 'done',
      promptTokens: 7,
      completionTokens: 6,
      receipts: [receipt, receipt, receipt],
    });
  });

  it('wait for each other where the mesh does not have room for all', async () => {
    const mesh = new SmallMesh(1);
    const events = await collect(runChoices(3, 1, mesh.start, never));
    const finished = events.flatMap((event) => (event.type === 'finished' ? [event.choice] : []));
    expect(new Set(finished)).toEqual(new Set([0, 1, 2]));
    expect(mesh.log.filter((line) => line.endsWith('finished'))).toHaveLength(3);
  });

  it('are refused as over capacity only when the mesh has no room for even one', async () => {
    const mesh = new SmallMesh(0);
    await expect(collect(runChoices(2, 1, mesh.start, never))).rejects.toMatchObject({
      code: 'over-capacity',
    });
  });

  it('all end when one fails', async () => {
    const mesh = new SmallMesh(2);
    const run = runChoices(
      2,
      1,
      (choice, signal) => {
        if (choice === 1) {
          throw new AppError('peer-failed', 'gone');
        }
        return mesh.start(choice, signal);
      },
      never,
    );
    await expect(collect(run)).rejects.toMatchObject({ code: 'peer-failed' });
    await settle();
    expect(mesh.log.filter((line) => line.endsWith('finished'))).toEqual([]);
  });

  it('all end when their reader stops reading, also choices that wait for a token', async () => {
    const mesh = new SmallMesh(2);
    const run = runChoices(2, 1, mesh.start, never);
    await run.next();
    const release = mesh.hold();
    const left = run.return();
    release();
    await left;
    expect(mesh.log.toSorted()).toEqual(['0 ended', '1 ended']);
  });
});
