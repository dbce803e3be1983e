/**
 * The frame around the views: the name, the list of views, and the state of the machine. It is a column, or a bar in
 * a narrow window.
 */
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { Mark } from '../../components/mark.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { appSummary } from '../duty/duty-summary.ts';
import { useHostView } from '../host-client/host-context.tsx';
import { type View, views } from '../../../src-shared/views.ts';
import { viewAddress } from '../navigation/use-view.ts';
import { connectedPeers } from '../node/node-summary.ts';

function ViewLink({ view, current }: { view: View; current: boolean }) {
  return (
    <a
      href={viewAddress(view)}
      aria-current={current ? 'page' : undefined}
      title={text.app.views[view]}
      className="flex items-center gap-2.5 rounded-lg px-2 py-1.5 md:px-2.5 text-sm font-medium text-muted transition-colors hover:bg-soft hover:text-ink aria-[current]:bg-soft aria-[current]:text-ink"
    >
      <Icon name={view} className="size-4.5" />
      <span className="max-sm:sr-only">{text.app.views[view]}</span>
    </a>
  );
}

function AppState() {
  const { connection, snapshot } = useHostView();
  if (snapshot === null || connection !== 'connected') {
    return null;
  }
  const { tone, word } = appSummary(snapshot);
  return (
    <div className="hidden px-2.5 md:block">
      <StateBadge tone={tone}>{word}</StateBadge>
      {snapshot.node === null ? null : (
        <p className="text-xs text-muted">
          {text.node.peersInReach(connectedPeers(snapshot.node))}
        </p>
      )}
    </div>
  );
}

export function Sidebar({ view, onNewChat }: { view: View; onNewChat: () => void }) {
  return (
    <header className="flex shrink-0 items-center gap-2 px-3 py-2 md:w-52 md:flex-col md:items-stretch md:gap-5 md:px-3 md:py-4">
      <p className="flex items-center gap-2.5 px-1 font-semibold tracking-tight md:px-2.5">
        <Mark className="size-6" />
        <span className="max-[26rem]:sr-only">{text.app.name}</span>
      </p>
      <Button
        icon="plus"
        onClick={onNewChat}
        className="order-last md:order-none"
        title={text.chat.newChat}
      >
        <span className="max-sm:sr-only">{text.chat.newChat}</span>
      </Button>
      <nav aria-label={text.app.navigation} className="ml-auto flex gap-0.5 md:ml-0 md:flex-col">
        {views.map((each) => (
          <ViewLink key={each} view={each} current={each === view} />
        ))}
      </nav>
      <div className="hidden grow md:block" />
      <AppState />
    </header>
  );
}
