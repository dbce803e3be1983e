/** The machine's duty as a tone and a word, and where the owner's own questions are answered. */
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

/** One state where there is room for only one: a fault of the node, else the duty. */
export function appSummary(
  snapshot: Pick<HostSnapshot, 'state' | 'fault' | 'node' | 'duty'>,
): StateWord {
  const node = nodeSummary(snapshot);
  return snapshot.state === 'running' && snapshot.node !== null && node.tone !== 'bad'
    ? dutySummary(snapshot.duty)
    : node;
}

/**
 * Where the owner's questions are answered while the machine serves nobody else: here, by others, or nowhere. null
 * while that is about to change, or is obvious.
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
