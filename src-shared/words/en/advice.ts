/** What a person can do about an error, in English: at the command line, and in the window. */
import type { Advice } from '../../errors.ts';

type AdviceWords = {
  readonly commandLine: string;
  /** null where the window has nothing to add. */
  readonly window: string | null;
};

export const adviceWords: Readonly<Record<Advice, AdviceWords>> = {
  'choose-data-folder': {
    commandLine: 'Or choose another data folder with --data.',
    window: null,
  },
  'reach-other-host': {
    commandLine:
      '"mindmesh status" shows how to reach it; to run a second one, choose another folder with --data.',
    window: null,
  },
  'choose-api-port': {
    commandLine: 'Or choose another port with --api-port.',
    window: 'Or choose another port in the settings.',
  },
  'choose-window-port': {
    commandLine: 'Choose another one with --window-port, or 0 for any that is free.',
    window: null,
  },
  'serve-window': {
    commandLine: 'Start it without --no-window to have one.',
    window: null,
  },
  'create-pool': {
    commandLine: '"mindmesh pool create NAME" makes one.',
    window: 'Create one, or join one with an invite.',
  },
  'list-pools': {
    commandLine: '"mindmesh pool list" shows them.',
    window: null,
  },
  'leave-for-good': {
    commandLine: 'Leave with --for-good if you want that.',
    window: null,
  },
};

/** The command line's last line about an unexpected error. */
export const verboseHint = 'Run it again with --verbose for the details.';
