/**
 * The connection to the host of the desktop app, through Electron's preload script. The host is in the process that
 * shows the window, so this connection never ends before the window does.
 */
import type { DesktopApi } from '../../../src-shared/desktop-api.ts';
import type { Transport } from './transport.ts';

export function desktopTransport(api: Pick<DesktopApi, 'send' | 'onText'>): Transport {
  return {
    connect: (events) => {
      let isOpen = true;
      // The first call opens the session.
      api.onText((text) => {
        if (isOpen) {
          events.onText(text);
        }
      });
      // The callback may only run after the link was returned.
      queueMicrotask(() => events.onOpen());
      return {
        send: (text) => {
          if (isOpen) {
            api.send(text);
          }
        },
        close: () => {
          isOpen = false;
        },
      };
    },
  };
}
