/** The page about the network in English: this computer in the mesh, its peers, and who would answer. */
import type { Reach, Way } from '../../../api/node-status.ts';
import { count, milliseconds, rate } from '../format.ts';

const computers = (number: number): string =>
  number === 1 ? '1 other computer' : `${count(number)} other computers`;

export const enNetwork = {
  title: 'Network',
  lead: 'Who MindMesh works with, how they are reached, and who would answer you now.',
  notRunning: 'The network is shown as soon as MindMesh is running.',

  own: 'This computer in the mesh',
  reach: {
    public: 'Reachable from everywhere',
    relay: 'Reachable over a relay',
    local: 'Reachable on this network',
    none: 'Not reachable',
  } satisfies Record<Reach, string>,
  reachSentences: {
    public: 'Computers everywhere can connect to this one directly.',
    relay:
      'Computers elsewhere reach this one over a relay, which passes on what it cannot read. That works, and is slower than a direct connection.',
    local:
      'Computers on this network can connect to this one. Others cannot, but this computer can connect to them.',
    none: 'No other computer can connect to this one, but it can connect to others.',
  } satisfies Record<Reach, string>,
  reachHints: {
    upnpOff: 'To be reached from elsewhere, allow “Ask the router to let peers in” below.',
    upnpTried:
      'The router was asked to let peers in, but nothing shows that it does. A bootstrap node that relays can help: add one below.',
  },
  peerId: 'Peer id',
  copyPeerId: (name: string) => `Copy the peer id of ${name}`,
  addresses: 'Addresses that peers see',
  addressesHere: 'Address, on this computer alone',
  noAddresses: 'None.',
  overRelay: 'over a relay',
  copyAddress: 'Copy this address',

  peers: 'Peers',
  noPeers:
    'No peers found yet. Computers on this network that run MindMesh appear here automatically. For others, add an address below, or join a pool.',
  noPeersUnsought:
    'No peers yet. This computer does not look for others on this network: switch that on below, add an address, or join a pool.',
  peersMore: (number: number) =>
    number === 1
      ? 'One more is known and not connected.'
      : `${count(number)} more are known and not connected.`,
  showAll: (number: number) => `Show all ${count(number)}`,
  peersInAll: (connected: number) => `${count(connected)} connected`,
  states: {
    serving: 'Ready',
    draining: 'Finishing its work',
    paused: 'Paused',
    leaving: 'Leaving',
    away: 'Not connected',
    silent: 'Does not answer',
  },
  connection: 'Connection',
  ways: {
    lan: 'On this network',
    direct: 'Direct',
    punched: 'Direct, both routers opened',
    relay: 'Over a relay',
  } satisfies Record<Way, string>,
  noWay: 'None now',
  noWayButRelay: 'None now, only over a relay',
  latency: 'Round trip',
  latencyUnknown: 'Not measured yet',
  milliseconds,
  region: 'Country, as it claims',
  regionUnknown: 'Not told',
  standing: 'Standing',
  standings: { good: 'No faults', doubtful: 'A fault lately', bad: 'Several faults lately' },
  serves: 'Hosts',
  servesNothing: 'nothing',

  route: 'Who would answer you now',
  routeModel: 'Model',
  noRouteModel: 'No model is known yet.',
  routeSearching: 'Looking for a route…',
  routeHere: 'This computer alone. Nothing would leave it.',
  routePeers: (number: number) => `${computers(number)}, and not this one.`,
  routeShared: (number: number) => `This computer together with ${computers(number)}.`,
  noRoute: 'Nobody could answer now.',
  steps: 'The route of a question',
  thisComputer: 'This computer',
  stepSpeed: (tokens: number) =>
    tokens === 0 ? 'speed not measured yet' : `${rate(tokens)} tokens/s`,
  stepPlaces: (free: number, most: number) => `${count(free)} of ${count(most)} places free`,
  stepPrice: (price: number) => (price === 0 ? 'free of charge' : `price ${price}`),
  stepDirect: 'direct',
  stepRelayed: 'over a relay',
  stepSpares: (spares: number) =>
    spares === 0
      ? 'nobody to take over'
      : spares === 1
        ? '1 can take over'
        : `${count(spares)} can take over`,

  coverage: 'Layers of each model',
  coverageSentence:
    'A model can answer when each of its layers is hosted somewhere. Hosted twice, it can lose a computer in the middle of an answer.',
  /** `missingAreHere`: the layers that no computer has loaded are stored on this one. */
  copies: (least: number, missingAreHere: boolean) => {
    if (least === 0) {
      return missingAreHere
        ? 'Some layers are on this computer and not loaded now.'
        : 'Some layers are hosted nowhere.';
    }
    return least === 1
      ? 'Every layer is hosted, some of them only once.'
      : `Every layer is hosted at least ${least === 2 ? 'twice' : `${count(least)} times`}.`;
  },
};
