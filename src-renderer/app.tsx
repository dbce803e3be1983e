/** The whole window: its frame, the current view, and what shows while there is no host. */
import { Activity } from 'react';
import type { ChatSession } from './features/chat/chat-session.ts';
import { useHostView } from './features/host-client/host-context.tsx';
import { useView, viewAddress } from './features/navigation/use-view.ts';
import { ConnectionBanner } from './features/shell/connection-banner.tsx';
import { Notices } from './features/shell/notices.tsx';
import { Sidebar } from './features/shell/sidebar.tsx';
import { text } from '../src-shared/words/window.ts';
import { ChatView } from './views/chat/chat-view.tsx';
import { ConsentView } from './views/consent/consent-view.tsx';
import { DoctorView } from './views/doctor/doctor-view.tsx';
import { MachineView } from './views/machine/machine-view.tsx';
import { ModelsView } from './views/models/models-view.tsx';
import { NetworkView } from './views/network/network-view.tsx';
import { PoolsView } from './views/pools/pools-view.tsx';
import { SettingsView } from './views/settings/settings-view.tsx';
import { StatusView } from './views/status/status-view.tsx';

export function App({ session }: { session: ChatSession }) {
  const view = useView();
  const { connection, snapshot } = useHostView();

  // Before the owner has agreed, only the first screen shows.
  if (snapshot?.consent === 'needed') {
    return (
      <main className="flex h-full flex-col bg-surface">
        <ConnectionBanner />
        <Notices snapshot={snapshot} />
        <ConsentView />
      </main>
    );
  }
  const startNewChat = (): void => {
    session.clear();
    location.hash = viewAddress('chat');
  };
  return (
    <div className="flex h-full flex-col md:flex-row">
      <a
        href="#content"
        onClick={(event) => {
          // The address's hash names the view, so a link to an element would change the view: the jump is made here.
          event.preventDefault();
          document.querySelector<HTMLElement>('#content')?.focus();
        }}
        className="sr-only z-10 rounded-lg bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {text.app.skipToContent}
      </a>
      <Sidebar view={view} onNewChat={startNewChat} />
      <main
        id="content"
        tabIndex={-1}
        className="relative flex min-h-0 min-w-0 grow flex-col overflow-hidden border-line bg-surface outline-none max-md:border-t md:my-2 md:mr-2 md:rounded-2xl md:border"
      >
        <ConnectionBanner />
        <Notices snapshot={snapshot} />
        {snapshot === null ? (
          <p className="m-auto text-muted">
            {connection === 'connecting' ? text.connection.connecting : ''}
          </p>
        ) : (
          <>
            {/* Views are hidden and not removed, so that a draft and the scroll position stay. */}
            <Activity mode={view === 'chat' ? 'visible' : 'hidden'}>
              <ChatView session={session} snapshot={snapshot} />
            </Activity>
            {view === 'status' ? <StatusView snapshot={snapshot} /> : null}
            {view === 'network' ? <NetworkView snapshot={snapshot} /> : null}
            {view === 'pools' ? <PoolsView snapshot={snapshot} /> : null}
            {view === 'models' ? <ModelsView snapshot={snapshot} /> : null}
            {view === 'machine' ? <MachineView snapshot={snapshot} /> : null}
            {view === 'doctor' ? <DoctorView /> : null}
            {view === 'settings' ? <SettingsView snapshot={snapshot} /> : null}
          </>
        )}
      </main>
    </div>
  );
}
