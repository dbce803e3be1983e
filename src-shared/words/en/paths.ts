/** How a peer is reached, and what would make that better, in English. */
import { missingCase } from '../../errors.ts';
import type { PathAdvice, PathCause, PathRemedy } from '../../path-advice.ts';

const causes: Record<PathCause, string> = {
  'both-closed': 'neither router lets the other side in.',
  'both-change-ports': 'both routers change ports for each destination.',
  'no-udp-here': 'this network passes no UDP, and the other router lets nothing in unasked.',
  'not-dialled-yet': 'the other computer has not connected directly yet.',
};

function remedyWords(remedy: PathRemedy): string {
  switch (remedy.code) {
    case 'wait':
      return 'This computer can be reached from everywhere, so it should do so within a minute.';
    case 'listen-on-network':
      return 'This computer accepts connections from itself alone: an address to listen on that others can reach would help.';
    case 'ask-router':
      return 'Allowing MindMesh to ask the router to let peers in may make it direct.';
    case 'router-before-router':
      return 'Your router opened a port, and nothing came in through it: another router, perhaps of your provider, stands before it. Forwarding the port there, or a public address from your provider, would make it direct.';
    case 'forward-port':
      return remedy.isFixed
        ? `Forwarding TCP port ${remedy.port} on your router to this computer would make it direct, and so would the same on the other side.`
        : 'Forwarding a TCP port on your router to this computer would make it direct, and so would the same on the other side. First give the address to listen on a fixed port, since now each start takes another one.';
    default:
      return missingCase(remedy);
  }
}

export function pathSentence({ cause, remedy }: PathAdvice): string {
  return `Over a relay: ${causes[cause]} ${remedyWords(remedy)}`;
}
