/** This computer as peers see it: its peer id, its addresses, and from where it can be reached. */
import type { NodeStatus, Reach } from '../../../src-shared/api/node-status.ts';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { StateBadge, type Tone } from '../../components/state-badge.tsx';
import { shortPeer, text } from '../../../src-shared/words/window.ts';

const words = text.network;

const tones: Record<Reach, Tone> = { public: 'good', relay: 'good', local: 'quiet', none: 'quiet' };

function Address({ address }: { address: string }) {
  return (
    <li className="flex items-center justify-between gap-2 rounded-lg bg-canvas py-0.5 pr-1 pl-3">
      <span className="flex min-w-0 items-baseline gap-2">
        <code className="truncate font-mono text-[0.8125rem]" title={address}>
          {address}
        </code>
        {address.includes('/p2p-circuit') ? (
          <span className="shrink-0 text-xs text-muted">{words.overRelay}</span>
        ) : null}
      </span>
      <CopyButton value={address} label={words.copyAddress} />
    </li>
  );
}

export function OwnCard({ node, upnp }: { node: NodeStatus; upnp: boolean | undefined }) {
  const { peer, addresses, reach = 'none' } = node;
  return (
    <Card
      title={words.own}
      aside={<StateBadge tone={tones[reach]}>{words.reach[reach]}</StateBadge>}
    >
      <p>{words.reachSentences[reach]}</p>
      {reach === 'local' && upnp !== undefined ? (
        <p className="mt-1 text-sm text-muted">
          {upnp ? words.reachHints.upnpTried : words.reachHints.upnpOff}
        </p>
      ) : null}
      <dl className="mt-4 space-y-3">
        <div>
          <dt className="text-xs text-muted">{words.peerId}</dt>
          <dd className="-my-1 inline-flex items-center font-mono text-[0.8125rem]" title={peer}>
            {shortPeer(peer)}
            <CopyButton value={peer} label={words.copyPeerId(words.thisComputer)} />
          </dd>
        </div>
        <div>
          <dt className="mb-1 text-xs text-muted">
            {reach === 'none' ? words.addressesHere : words.addresses}
          </dt>
          <dd>
            {addresses.length === 0 ? (
              words.noAddresses
            ) : (
              <ul className="space-y-1">
                {addresses.map((address) => (
                  <Address key={address} address={address} />
                ))}
              </ul>
            )}
          </dd>
        </div>
      </dl>
    </Card>
  );
}
