/** What this computer does for the mesh, and what is known of the machine, in English. */
import type { PauseChoice, PauseReasonName } from '../../../duty.ts';
import { bytes, duration, percent, timeOfDay } from '../format.ts';

/** How a pause ends whose cause has not gone yet. */
const ends: Record<PauseReasonName, string> = {
  user: 'You can resume at any time.',
  'fault cool-down': 'You can try again at once.',
  'too hot': 'Ends when it has cooled down.',
  'game running': 'Ends a moment after the game is closed.',
  'full-screen app': 'Ends a moment after that window is closed or smaller.',
  'other GPU load': 'Ends when that load has been low for a moment.',
  'on battery': 'Ends when the computer is plugged in.',
  'outside schedule': 'Ends when your hours begin.',
  'in use': 'Ends when nobody has used the computer for as long as you set.',
  'CPU busy': 'Ends when the processor has been free for a moment.',
  'no video memory': 'Ends when enough video memory is free.',
  'no network': 'Ends when the network is there again.',
};

const pauses: Record<PauseChoice, string> = {
  '1 hour': 'For 1 hour',
  'until tomorrow': 'Until tomorrow',
  'until restart': 'Until MindMesh restarts',
  indefinitely: 'Until I resume',
  'finish then pause': 'Finish answers, then pause',
};

export const enDuty = {
  title: 'Work for the mesh',
  states: {
    off: 'Off',
    starting: 'Starting',
    serving: 'Working',
    draining: 'Stopping',
    paused: 'Paused',
    faulted: 'Fault',
  },
  offSentence: 'This computer serves no layers of a model, so it does no work for others.',
  questions: {
    here: 'Your own questions are still answered here.',
    elsewhere: 'Your questions go to other computers.',
    nowhere: 'No other computer in reach can answer your questions until this one works again.',
  },
  pause: 'Pause',
  pauses,
  resume: 'Resume',
  tryAgainNow: 'Try again now',
  notDone: 'That did not work.',
  reasons: 'Why it is paused',
  ends,
  endsAt: (wallMs: number) => `Ends at ${timeOfDay(wallMs)} if it stays quiet.`,
  notRuledOut:
    'This could not be ruled out. What is not known never counts as idle; you can switch this check off in the settings.',
};

export const enMachine = {
  title: 'Machine',
  notWatched: 'This computer is not watched',
  notWatchedSentence:
    'MindMesh was started to work at any time, whatever else this computer does, so it reads no sensors.',
  notAsked: 'Reading the sensors…',
  notKnown: 'Not known',
  cards: 'Graphics cards',
  noCards: 'No graphics card was found. Models run on the processor.',
  cardNotUsed: 'Not used, as you set',
  cardFallbackName: 'Graphics card',
  utilisation: 'Busy',
  othersUtilisation: 'Busy with other programs',
  othersMemory: 'Memory used by other programs',
  memory: 'Memory',
  memoryOf: (used: number, total: number) => `${bytes(used)} of ${bytes(total)}`,
  bytes,
  temperature: 'Temperature',
  celsius: (value: number) => `${Math.round(value)} °C`,
  pausesFrom: (celsius: number) => `pauses from ${celsius} °C`,
  nearCeiling: (celsius: number) => `close to its ceiling of ${celsius} °C`,
  atCeiling: (celsius: number) => `at its ceiling of ${celsius} °C`,
  power: 'Power',
  watts: (value: number) => `${Math.round(value)} W`,
  fan: 'Fan',
  percent,
  computer: 'This computer',
  processor: 'Processor busy with other programs',
  processorTemperature: 'Processor temperature',
  input: 'Keyboard and mouse',
  inputNow: 'Used just now',
  inputAgo: (ms: number) => `Last used ${duration(ms)} ago`,
  games: 'Games and exclusive programs',
  noGames: 'None running',
  supply: 'Power supply',
  onBattery: 'On battery',
  pluggedIn: 'Plugged in',
  lid: 'Lid',
  lidClosed: 'Closed',
  lidOpen: 'Open',
  screen: 'Screen',
  locked: 'Locked',
  unlocked: 'Unlocked',
  network: 'Network',
  networks: { online: 'Connected', metered: 'Connected, metered', offline: 'No network' },
};
