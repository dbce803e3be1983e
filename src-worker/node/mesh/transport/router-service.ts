/** Asks the router of this network, by UPnP, to let peers in. */
import type { uPnPNAT } from '@libp2p/upnp-nat';
import type { OwnAddresses } from './own-addresses.ts';
import { SwitchedService } from './switched-service.ts';

/**
 * The search for a router, in milliseconds: once at the start and then rarely, so that the log of an owner whose router does
 * not support UPnP does not fill with failures.
 */
const routerSearch = {
  initialGatewaySearchInterval: 600_000,
  initialGatewaySearchMessageInterval: 3000,
  initialGatewaySearchTimeout: 15_000,
  gatewaySearchInterval: 600_000,
  gatewaySearchMessageInterval: 10_000,
  gatewaySearchTimeout: 20_000,
  externalAddressCheckInterval: 300_000,
};

export type RouterService = SwitchedService<Parameters<ReturnType<typeof uPnPNAT>>[0]>;

/** The service, whose library is loaded only when it is switched on, since most nodes never ask a router. */
export function routerService(ownAddresses: OwnAddresses, isOn: boolean): RouterService {
  return new SwitchedService(async (components) => {
    const { uPnPNAT } = await import('@libp2p/upnp-nat');
    const make = uPnPNAT({ ...routerSearch, portMappingDescription: 'MindMesh' });
    return ownAddresses.noticing(make)(components);
  }, isOn);
}
