/** Entry of the window: connects to the host and puts the app on the page. */
import './zod-without-eval.ts';
import './styles.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { ChatSession } from './features/chat/chat-session.ts';
import { type Desktop, DesktopProvider } from './features/desktop-shell/desktop-context.tsx';
import { desktopApi } from './features/desktop-shell/desktop-window.ts';
import { createShellStore } from './features/desktop-shell/shell-store.ts';
import { desktopTransport } from './features/host-client/desktop-transport.ts';
import { createHostClient } from './features/host-client/host-client.ts';
import { HostProvider } from './features/host-client/host-context.tsx';
import { webSocketTransport } from './features/host-client/web-socket-transport.ts';
import type { View } from '../src-shared/views.ts';
import { viewAddress } from './features/navigation/use-view.ts';

const root = document.querySelector('#root');
if (root === null) {
  throw new Error('The page has no element with the id "root".');
}

const api = desktopApi();
const host = createHostClient(
  api === null ? webSocketTransport(new URL(location.href)) : desktopTransport(api),
);
const goTo = (view: View): void => {
  location.hash = viewAddress(view);
};
const desktop: Desktop | null = api === null ? null : { api, shell: createShellStore(api, goTo) };
const session = new ChatSession({ host, nextFrame: (callback) => requestAnimationFrame(callback) });

createRoot(root).render(
  <StrictMode>
    <DesktopProvider value={desktop}>
      <HostProvider value={host}>
        <App session={session} />
      </HostProvider>
    </DesktopProvider>
  </StrictMode>,
);
