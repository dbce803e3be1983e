/** Finds peers on the local network, by mDNS under MindMesh's own service name. */
import type { PeerInfo } from '@libp2p/interface';
import { mdns } from '@libp2p/mdns';
import { SwitchedService } from './switched-service.ts';

/** Time between mDNS queries, in milliseconds. The first goes out at once; other nodes' queries get a reply at any time. */
const mdnsIntervalMs = 20_000;

const discoverByMdns = mdns({ serviceTag: '_mindmesh._udp.local', interval: mdnsIntervalMs });

export type LocalDiscovery = SwitchedService<Parameters<typeof discoverByMdns>[0]>;

/**
 * `onDiscovered` is called for every mDNS reply, so again and again for the same peer. libp2p's own event comes only the
 * first time that it learns of a peer from any source, so a peer that returns would be missed.
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
