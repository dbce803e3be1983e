/** What the window shows while its host is away. This file has a host of its own, so that it can stop it. */
import { ChatPage } from '../support/window/chat-page.ts';
import { WindowHost } from '../support/window/window-host.ts';
import { expect, test } from './window-test.ts';

test('the window says that the host is gone, and what to do when it is back', async ({ page }) => {
  const host = await WindowHost.start();
  try {
    const chat = new ChatPage(page);
    await chat.open(await host.newWindowAddress());
    await chat.ask('What is the capital of France?');
    await chat.answered();

    await host.stop();
    await expect(page.getByText('MindMesh is not answering.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Try now' })).toBeVisible();
    await expect(chat.answer, 'what was said can still be read').toContainText('Paris');
    await chat.question.fill('Are you there?');
    await expect(chat.send).toBeDisabled();

    // A host that was restarted knows no earlier window; a one-time address is the only way in.
    await host.startAgain();
    await expect(page.getByText('This window is signed out')).toBeVisible();
    await expect(page.getByText('Run “mindmesh status” on this computer')).toBeVisible();
    await expect(chat.answer).toContainText('Paris');

    const secondTab = new ChatPage(await page.context().newPage());
    await secondTab.open(await host.newWindowAddress());
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText('This window is signed out')).toBeHidden();
    await expect(chat.question, 'the draft is still there').toHaveValue('Are you there?');
    await chat.ask('What is the capital of France?');
    await expect(chat.answers).toHaveCount(2);
    await chat.answered();
    await expect(chat.answer).toContainText('Paris');
  } finally {
    await host.dispose();
  }
});

test('a connection that breaks in the middle of an answer is told, and heals by itself', async ({
  page,
  host,
  chat,
}) => {
  let broken = false;
  await page.routeWebSocket(/\/host$/, (socket) => {
    const server = socket.connectToServer();
    let isCut = false;
    server.onMessage(async (frame) => {
      // Closing takes a moment, in which a fast model could finish its answer over the broken connection.
      if (isCut) {
        return;
      }
      socket.send(frame);
      if (!broken && JSON.parse(String(frame)).event?.type === 'text') {
        broken = true;
        isCut = true;
        await server.close();
        await socket.close();
      }
    });
  });
  await chat.open(host.address);
  await chat.ask('What is this app?');

  await expect(chat.answer.getByRole('alert')).toContainText('The connection to MindMesh broke');
  await chat.answer.getByRole('button', { name: 'Try again' }).click();
  await chat.answered();
  await expect(chat.receipt).toBeVisible();
  await expect(chat.answer).toContainText('MindMesh');
});
