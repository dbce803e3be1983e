import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { converse } from '../../src-main/cli/converse.ts';
import { chatRequestSchema } from '../../src-shared/chat.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { standInHost } from '../support/host/host-stand-in.ts';

const ctrlC = '\u0003';
const ctrlD = '\u0004';

/** A user at a terminal, with a real host and a stand-in for its node. */
async function person() {
  const host = await standInHost();
  await host.ready;
  const notes = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  onTestFinished(() => notes.mockRestore());
  const asked: string[][] = [];
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (data: Buffer) => {
    shown += stripVTControlCharacters(data.toString());
  });
  const end = converse(
    {
      snapshot: () => host.snapshot(),
      onSnapshot: (listener) => host.onSnapshot(listener),
      topic: (topic) => host.topic(topic),
      call: (method, params) => host.call(method, params),
      chat: (request, onEvent, signal) => {
        asked.push(request.messages.map(({ role, content }) => `${role}: ${content}`));
        return host.chat(chatRequestSchema.parse(request), onEvent, signal);
      },
      close: () => host.stop(),
    },
    { model: 'demo' },
    [{ role: 'system', content: 'Be brief.' }],
    { input, output },
  );
  const sees = (text: string): Promise<void> =>
    eventuallyTrue(`"${text}" on the screen`, () => shown.includes(text));
  return { asked, end, input, sees, notes };
}

it('keeps what was said before, and ends with the input', async () => {
  const { asked, end, input, sees, notes } = await person();
  input.write('hello\r');
  await sees('hello \n');
  input.write('and again\r');
  await sees('and again \n');
  input.write(ctrlD);
  await end;
  expect(asked).toEqual([
    ['system: Be brief.', 'user: hello'],
    ['system: Be brief.', 'user: hello', 'assistant: hello ', 'user: and again'],
  ]);
  expect(notes.mock.calls.flat().join('')).toContain('5 tokens');
});

it('stops an answer at Ctrl-C and goes on, and ends at the next one', async () => {
  const { asked, end, input, sees } = await person();
  input.write('never end\r');
  await sees('never end ');
  input.write(ctrlC);
  input.write('next\r');
  await sees('next \n');
  input.write(ctrlC);
  await end;
  expect(asked.at(-1)).toEqual([
    'system: Be brief.',
    'user: never end',
    'assistant: never end ',
    'user: next',
  ]);
});

it('goes on after a failure, and says what it was', async () => {
  const { end, input, sees, notes } = await person();
  input.write('die\r');
  await eventuallyTrue('told', () =>
    notes.mock.calls.flat().join('').includes('restarts automatically'),
  );
  input.write('still there\r');
  await sees('still there \n');
  input.write(ctrlD);
  await expect(end).resolves.toBeUndefined();
});
