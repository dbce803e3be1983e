/** A receipt in one line; a click opens the details. */
import type { Receipt } from '../../../src-shared/chat.ts';
import { missingCase } from '../../../src-shared/errors.ts';
import { Icon } from '../../components/icon.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { routeOf, type Route } from './receipt-route.ts';

const words = text.receipt;

function routeWords(route: Route): string {
  switch (route.kind) {
    case 'here':
      return words.here;
    case 'peers':
      return words.peers(route.peers, route.withThisMachine);
    case 'unknown':
      return words.unknown;
    default:
      return missingCase(route);
  }
}

export function ReceiptLine({
  receipt,
  ownPeer,
  open,
  detailsId,
  onToggle,
}: {
  receipt: Receipt;
  ownPeer: string | null;
  open: boolean;
  /** The id of the element that opens. */
  detailsId: string;
  onToggle: () => void;
}) {
  const route = routeOf(receipt, ownPeer);
  const facts = [
    words.tokens(receipt.tokens),
    // A single token has no speed.
    ...(receipt.tokens > 1 ? [words.tokensPerSecond(receipt.tokensPerSecond)] : []),
    words.time(receipt.totalMs),
  ];
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-controls={open ? detailsId : undefined}
      onClick={onToggle}
      className="inline-flex min-w-0 items-center gap-1.5 rounded-lg px-2 py-1 text-xs text-muted tabular-nums transition-colors hover:bg-soft hover:text-ink"
    >
      <Icon name={route.kind === 'here' ? 'home' : 'network'} className="size-3.5" />
      <span className="truncate">
        {routeWords(route)}
        {facts.map((fact) => ` · ${fact}`)}
      </span>
      <Icon
        name="chevron"
        className={`size-3.5 transition-transform ${open ? 'rotate-180' : ''}`}
      />
    </button>
  );
}
