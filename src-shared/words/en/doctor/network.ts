/** What the doctor finds about ports and reach, in English. Pure. */
import type { FindingOf } from '../../../doctor/finding.ts';
import { missingCase } from '../../../errors.ts';
import { count } from '../format.ts';
import { settingWords } from '../settings.ts';
import type { FindingWords } from './finding-words.ts';

const openPort = `Switch “${settingWords.upnp.label}” on in the settings, or forward the port above to this computer in the router.`;

export function portWords({
  code,
  port,
  isOpen,
}: FindingOf<'api-port' | 'window-port'>): FindingWords {
  const what = code === 'api-port' ? 'The API for other programs' : 'The window';
  return isOpen
    ? { says: `${what} answers at port ${port} of this computer.` }
    : {
        says: `${what} does not answer at port ${port} of this computer.`,
        advice: 'Look whether a firewall keeps programs of this computer from each other.',
      };
}

export function listenWords({ ports }: FindingOf<'listen'>): FindingWords {
  if (ports.length === 0) {
    return {
      says: 'MindMesh listens for no peers.',
      advice: `Look at “${settingWords.listen.label}” in the settings.`,
    };
  }
  const each = ports.map(({ transport, port }) => `${port} (${transport.toUpperCase()})`);
  return { says: `MindMesh listens for peers at port ${each.join(', ')}.` };
}

export function reachWords({ reach }: FindingOf<'reach'>): FindingWords {
  switch (reach) {
    case 'public':
      return { says: 'Peers everywhere reach this computer directly.' };
    case 'relay':
      return {
        says: 'Peers elsewhere reach this computer over relays alone, which is slower.',
        advice: openPort,
      };
    case 'local':
      return {
        says: 'Peers reach this computer in its own network alone.',
        advice: openPort,
      };
    case 'none':
      return {
        says: 'Peers on other computers cannot reach this one.',
        advice: `Look at “${settingWords.listen.label}” in the settings, and at the firewall.`,
      };
    case null:
      return { says: 'How peers reach this computer is not known yet.' };
    default:
      return missingCase(reach);
  }
}

export function peersWords({ connected, known }: FindingOf<'peers'>): FindingWords {
  return connected === 0
    ? {
        says: `No peer is connected; ${count(known)} ${known === 1 ? 'is' : 'are'} known.`,
        advice: 'Others join by the address of this computer, or in a pool.',
      }
    : { says: `${count(connected)} of ${count(known)} known peers are connected.` };
}
