/**
 * Runs the choices of one chat side by side and merges their events in order of arrival. A choice that finds the mesh full
 * while another choice of the same chat runs waits for the end of that one: the chat is slower, but not refused.
 */
import type { ChatEvent } from '../../../src-shared/chat.ts';
import { toAppError } from '../../../src-shared/errors.ts';
import type { ChoiceAccount } from './choice.ts';

/** The run of one choice; it returns no account when it was ended from outside. */
type ChoiceRun = AsyncGenerator<ChatEvent, ChoiceAccount | undefined, void>;

type Step =
  | {
      readonly choice: number;
      readonly result: IteratorResult<ChatEvent, ChoiceAccount | undefined>;
    }
  | { readonly choice: number; readonly error: unknown };

/**
 * Runs `count` choices and yields their events, last the `done` event.
 * @param start starts a choice; called again for a choice that found the mesh full before its first event
 * @throws AppError the error of the first choice that fails; `over-capacity` when not even one found a place
 */
export async function* runChoices(
  count: number,
  promptTokens: number,
  start: (choice: number, signal: AbortSignal) => ChoiceRun,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent, void, void> {
  const runs = new Map<number, ChoiceRun>();
  const steps = new Map<number, Promise<Step>>();
  const accounts: ChoiceAccount[] = [];
  const postponed: number[] = [];
  const begun = new Set<number>();
  const ending = new AbortController();
  const runSignal = AbortSignal.any([signal, ending.signal]);
  const begin = (choice: number): void => {
    const run = start(choice, runSignal);
    runs.set(choice, run);
    steps.set(choice, nextStep(choice, run));
  };
  try {
    for (let choice = 0; choice < count; choice += 1) {
      begin(choice);
    }
    while (steps.size > 0) {
      const step = await Promise.race(steps.values());
      const { choice } = step;
      steps.delete(choice);
      if ('error' in step) {
        runs.delete(choice);
        const isFull = !begun.has(choice) && toAppError(step.error).code === 'over-capacity';
        if (!isFull || steps.size === 0) {
          throw step.error;
        }
        postponed.push(choice);
      } else if (step.result.done === true) {
        runs.delete(choice);
        if (step.result.value !== undefined) {
          accounts[choice] = step.result.value;
        }
        postponed.splice(0).forEach(begin);
      } else {
        begun.add(choice);
        yield step.result.value;
        const run = runs.get(choice);
        if (run !== undefined) {
          steps.set(choice, nextStep(choice, run));
        }
      }
    }
  } finally {
    // An error of one choice, or a reader that stops reading, ends the others.
    ending.abort();
    await Promise.allSettled([...runs.values()].map((run) => run.return(undefined)));
  }
  yield {
    type: 'done',
    promptTokens,
    completionTokens: accounts.reduce((sum, { tokens }) => sum + tokens, 0),
    receipts: accounts.map(({ receipt }) => receipt),
  };
}

async function nextStep(choice: number, run: ChoiceRun): Promise<Step> {
  try {
    return { choice, result: await run.next() };
  } catch (error) {
    return { choice, error };
  }
}
