/** The ports of this machine's node, and how other machines reach it. Pure. */
import type { Finding, FindingLevel, FindingOf } from '../../src-shared/doctor/finding.ts';
import type { Known } from './known.ts';

/** A port of this machine, and whether a program answers there; null where MindMesh has none. */
export type Port = { readonly port: number; readonly isOpen: boolean } | null;

export type Ports = { readonly api: Port; readonly window: Port };

export function networkFindings(
  { node, settings }: Pick<Known, 'node' | 'settings'>,
  { api, window }: Ports,
): Finding[] {
  return [
    ...(api === null ? [] : [portFinding('api-port', api)]),
    ...(window === null ? [] : windowFindings(window, settings.windowPort)),
    ...(node === null
      ? []
      : [
          listenFinding(node.addresses),
          reachFinding(node.reach ?? null, settings.listen),
          {
            code: 'peers',
            level: node.peers.some(({ connected }) => connected) ? 'good' : 'note',
            connected: node.peers.filter(({ connected }) => connected).length,
            known: node.peersKnown ?? node.peers.length,
          } as const,
        ]),
  ];
}

function portFinding(
  code: 'api-port' | 'window-port',
  port: NonNullable<Port>,
): FindingOf<'api-port' | 'window-port'> {
  return { code, level: port.isOpen ? 'good' : 'problem', ...port };
}

/** The window has a free port where the one that it should have is taken. */
function windowFindings(window: NonNullable<Port>, wanted: number): Finding[] {
  const warning = { code: 'window-port-taken', port: wanted } as const;
  return [
    portFinding('window-port', window),
    ...(wanted === 0 || wanted === window.port
      ? []
      : [{ code: 'warning', level: 'note', warning } as const]),
  ];
}

/** Each port once: a machine listens at many addresses. */
function listenFinding(addresses: readonly string[]): FindingOf<'listen'> {
  const found = addresses.flatMap((address) => {
    // A relay's address has the ports of the relay.
    const [, transport, port] = /\/(tcp|udp)\/(\d{1,5})/.exec(address) ?? [];
    return transport === undefined || address.includes('/p2p-circuit')
      ? []
      : [`${transport} ${port}`];
  });
  const ports = [...new Set(found)].map((each) => {
    const [transport, port] = each.split(' ');
    return { transport: transport === 'udp' ? 'udp' : 'tcp', port: Number(port) } as const;
  });
  return { code: 'listen', level: ports.length === 0 ? 'problem' : 'good', ports };
}

/** Reach in the own network or none is a problem only where the machine listens for others at all. */
function reachFinding(
  reach: FindingOf<'reach'>['reach'],
  listen: readonly string[],
): FindingOf<'reach'> {
  const isForItself = listen.every((address) => /^\/(?:ip4\/127\.|ip6\/::1\/)/.test(address));
  const levels = {
    public: 'good',
    relay: 'note',
    local: 'note',
    none: isForItself ? 'note' : 'problem',
  } as const satisfies Record<string, FindingLevel>;
  return { code: 'reach', level: reach === null ? 'note' : levels[reach], reach };
}
