/** Changes the text of a model on its way to the page, since a model may say anything; the host stays real. */
import type { Page } from '@playwright/test';

/**
 * Replaces each piece of text by its `change`, with pieces counted from 0. Takes effect for windows that connect from
 * now on.
 */
export async function changeWords(
  page: Page,
  change: (text: string, index: number) => string,
): Promise<void> {
  await page.routeWebSocket(/\/host$/, (socket) => {
    const server = socket.connectToServer();
    let pieces = 0;
    server.onMessage((frame) => {
      const message = JSON.parse(String(frame));
      if (message.type === 'event' && message.event.type === 'text') {
        message.event.text = change(message.event.text, pieces);
        pieces += 1;
      }
      socket.send(JSON.stringify(message));
    });
  });
}
