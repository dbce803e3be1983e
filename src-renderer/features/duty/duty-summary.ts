/** What this machine does for the mesh, in a tone and a word; and what becomes of its owner's own questions. */
import type { Duty } from '../../../src-shared/duty.ts';
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import type { Tone } from '../../components/state-badge.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { nodeSummary } from '../node/node-summary.ts';

const tones: Record<Duty['state'], Tone> = {
  off: 'quiet',
  starting: 'busy',
  serving: 'good',
  draining: 'busy',
  paused: 'paused',
  faulted: 'bad',
};

export interface StateWord {
  readonly tone: Tone;
  readonly word: string;
}

export function dutySummary(duty: Pick<Duty, 'state'>): StateWord {
  return { tone: tones[duty.state], word: text.duty.states[duty.state] };
}

/** The one state to show where there is room for one: the node's trouble, else the duty. */
export function appSummary(
  snapshot: Pick<HostSnapshot, 'state' | 'fault' | 'node' | 'duty'>,
): StateWord {
  const node = nodeSummary(snapshot);
  return snapshot.state === 'running' && snapshot.node !== null && node.tone !== 'bad'
    ? dutySummary(snapshot.duty)
    : node;
}

/**
 * The answerer of the owner while no one else is served: this machine, others, or none. null while it is about to
 * change, or goes without saying.
 */
export function ownQuestions(
  snapshot: Pick<HostSnapshot, 'duty' | 'node'>,
): keyof typeof text.duty.questions | null {
  const { duty, node } = snapshot;
  if (node === null || duty.state === 'serving' || duty.state === 'starting') {
    return null;
  }
  if (duty.answersOwner) {
    return 'here';
  }
  if (duty.state === 'draining') {
    return null;
  }
  return node.models.some((model) => model.available) ? 'elsewhere' : 'nowhere';
}
