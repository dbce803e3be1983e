import { expect, test } from './window-test.ts';

test('the first-run suggestions are answered by the demo model, streamed', async ({
  host,
  chat,
}) => {
  let pieces = 0;
  chat.page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      pieces += JSON.parse(String(payload)).event?.type === 'text' ? 1 : 0;
    }),
  );
  await chat.open(host.address);
  for (const [suggestion, words] of [
    ['What is this app?', /MindMesh/],
    ['How do I pause it?', /[Pp]ause/],
    ['What is the capital of France?', /Paris/],
  ] as const) {
    pieces = 0;
    await chat.page.getByRole('button', { name: 'New chat' }).click();
    await chat.page.getByRole('button', { name: suggestion }).click();
    await chat.answered();

    await expect(chat.answer).toContainText(words);
    expect(pieces, 'the answer came in pieces').toBeGreaterThan(3);
  }
});

test('the window is honest about its demo model', async ({ chat }) => {
  await expect(chat.page.getByText('This is the small demo model.')).toBeVisible();
});

test('a conversation goes on: the model is told what was said before', async ({ host, chat }) => {
  const asked: unknown[] = [];
  chat.page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => asked.push(JSON.parse(String(payload)))),
  );
  await chat.open(host.address);
  await chat.ask('What is the capital of France?');
  await chat.answered();
  await chat.ask('How do I pause it?');
  await chat.answered();

  expect(asked.at(-1)).toMatchObject({
    method: 'chat',
    params: {
      messages: [
        { role: 'user', content: 'What is the capital of France?' },
        { role: 'assistant', content: expect.stringContaining('Paris') },
        { role: 'user', content: 'How do I pause it?' },
      ],
    },
  });
  await expect(chat.answers).toHaveCount(2);
});

test('an answer is copied as the model wrote it', async ({ chat, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await chat.ask('What is the capital of France?');
  await chat.answered();

  await chat.answer.getByRole('button', { name: 'Copy answer' }).click();

  await expect(chat.answer.getByRole('status')).toHaveText('Copied');
  const copied = await chat.page.evaluate(() => navigator.clipboard.readText());
  expect(copied.trim()).toBe((await chat.answer.locator('.markdown').innerText()).trim());
});

test('an answer is given again when asked for, in place of the old one', async ({ chat }) => {
  await chat.ask('What is the capital of France?');
  await chat.answered();

  await chat.answer.getByRole('button', { name: 'Answer again' }).click();
  await chat.answered();
  await expect(chat.receipt).toBeVisible();

  await expect(chat.answers).toHaveCount(1);
  await expect(chat.question).toBeFocused();
});

test('a new chat forgets the old one', async ({ chat }) => {
  await chat.ask('What is the capital of France?');
  await chat.answered();

  await chat.page.getByRole('button', { name: 'New chat' }).click();

  await expect(chat.answers).toHaveCount(0);
  await expect(chat.page.getByRole('button', { name: 'What is this app?' })).toBeVisible();
  await expect(chat.question).toBeFocused();
});

test('the receipt says in a line that nothing left this machine, and opens', async ({ chat }) => {
  await chat.ask('What is the capital of France?');
  await chat.answered();

  await expect(chat.receipt).toContainText(
    /Stayed on this computer · \d+ tokens · [\d.,]+ tokens\/s/,
  );
  await chat.receipt.click();

  const details = chat.answer.getByRole('region', { name: 'How this answer was made' });
  await expect(details.getByRole('rowheader', { name: 'This computer' })).toBeVisible();
  await expect(details.getByRole('cell', { name: /^0–\d+$/ })).toBeVisible();
  await expect(details).toContainText('Neither question nor answer left it.');
  await expect(chat.receipt).toHaveAttribute('aria-expanded', 'true');
});

test('the conversation and the draft survive a look at the status', async ({ chat }) => {
  await chat.ask('What is the capital of France?');
  await chat.answered();
  await chat.question.fill('And what');

  await chat.page.getByRole('link', { name: 'Status' }).click();
  await expect(chat.page.getByRole('heading', { name: 'Status', level: 1 })).toBeVisible();
  await chat.page.goBack();

  await expect(chat.answer).toContainText('Paris');
  await expect(chat.question).toHaveValue('And what');
  await expect(chat.question).toBeFocused();
});
