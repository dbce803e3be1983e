/** Entry of the window: connects to the host and puts the app on the page. */
import './zod-without-eval.ts';
import './styles.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { ChatSession } from './features/chat/chat-session.ts';
import { createHostClient } from './features/host-client/host-client.ts';
import { HostProvider } from './features/host-client/host-context.tsx';
import { webSocketTransport } from './features/host-client/web-socket-transport.ts';

const root = document.querySelector('#root');
if (root === null) {
  throw new Error('The page has no element with the id "root".');
}

const host = createHostClient(webSocketTransport(new URL(location.href)));
const session = new ChatSession({ host, nextFrame: (callback) => requestAnimationFrame(callback) });

createRoot(root).render(
  <StrictMode>
    <HostProvider value={host}>
      <App session={session} />
    </HostProvider>
  </StrictMode>,
);
