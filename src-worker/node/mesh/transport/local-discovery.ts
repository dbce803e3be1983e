/** Peers on the local network, by mDNS under our own service name. */
import type { PeerInfo } from '@libp2p/interface';
import { mdns } from '@libp2p/mdns';
import { SwitchedService } from './switched-service.ts';

/** Queries go out this often; the first at once, and other nodes' queries are answered at any time. */
const mdnsIntervalMs = 20_000;

const discoverByMdns = mdns({ serviceTag: '_mindmesh._udp.local', interval: mdnsIntervalMs });

export type LocalDiscovery = SwitchedService<Parameters<typeof discoverByMdns>[0]>;

/**
 * `onDiscovered` is called for every answer, so again and again: libp2p itself tells of a peer only the first time it hears
 * of it, by any way, and one that comes back would not be seen.
 */
export function localDiscovery(
  onDiscovered: (found: PeerInfo) => void,
  isOn: boolean,
): LocalDiscovery {
  return new SwitchedService((components) => {
    const discovery = discoverByMdns(components);
    discovery.addEventListener('peer', ({ detail }) => onDiscovered(detail));
    return discovery;
  }, isOn);
}
