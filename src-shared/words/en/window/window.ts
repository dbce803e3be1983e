/** Every sentence of the window, in English. Sentences with amounts in them are functions. */
import type { ErrorCode } from '../../../errors.ts';
import type { LayerRange } from '../../../model.ts';
import { enConsent } from './consent.ts';
import { enDoctor } from './doctor.ts';
import { enDuty, enMachine } from './duty.ts';
import { enModels } from './models.ts';
import { enNetwork } from './network.ts';
import { enPools } from './pools.ts';
import { enDesktop, enSettings } from './settings.ts';
import { bytes, count, day, duration, milliseconds, rate } from '../format.ts';
import { adviceWords } from '../advice.ts';

const peers = (number: number): string => (number === 1 ? '1 peer' : `${count(number)} peers`);
const tokens = (number: number): string => (number === 1 ? '1 token' : `${count(number)} tokens`);

/** Layers count from zero, as in model files, in settings and on the command line. */
const layers = ({ firstLayer, lastLayer }: LayerRange, of?: number): string => {
  const total = of === undefined ? '' : ` of ${of}`;
  return firstLayer === lastLayer
    ? `layer ${firstLayer}${total}`
    : `layers ${firstLayer}–${lastLayer}${total}`;
};
const capitalised = (sentence: string): string =>
  `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;

/** What happened, in a few words; the host's own sentence with the details follows. */
const failures: Record<ErrorCode, string> = {
  'gguf-invalid': 'The model file is damaged.',
  'gguf-unsupported': 'This kind of model file is not supported.',
  'model-not-found': 'That model is not here any more.',
  'model-changed': 'The model file has changed.',
  'engine-release-mismatch': 'The engine does not fit this version of MindMesh.',
  'engine-load-failed': 'The model could not be loaded.',
  'engine-died': 'The engine stopped in the middle of the answer.',
  'engine-failed': 'The engine could not compute an answer.',
  'request-invalid': 'The question could not be read.',
  'context-too-long': 'The conversation is longer than this model can read. Start a new chat.',
  unauthorised: 'This window may not ask that.',
  'over-capacity': 'Too many questions at once. Try again in a moment.',
  'no-route': 'Nobody in reach holds all layers of this model right now.',
  'peer-failed': 'A peer left in the middle of the answer.',
  'protocol-violation': 'A peer sent something that makes no sense.',
  'not-spoken': 'A peer has another version of MindMesh that cannot do this.',
  cancelled: 'Stopped.',
  'timed-out': 'The answer took too long.',
  'port-taken': 'Another program is using the port.',
  'data-folder-unusable': 'The data folder cannot be used.',
  'data-folder-in-use': 'Another MindMesh is using the data folder.',
  'database-damaged': 'The data is damaged.',
  'database-too-new': 'The data was written by a newer MindMesh.',
  'setting-invalid': 'A setting has a value that makes no sense.',
  'child-failed': 'A part of MindMesh stopped.',
  'not-running': 'MindMesh is not ready yet.',
  internal: 'Something unexpected went wrong.',
};

/** Names of the hardware that engines compute with, as its makers write them. */
const backends: Record<string, string> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  metal: 'Metal',
  vulkan: 'Vulkan',
};

export const en = {
  app: {
    name: 'MindMesh',
    skipToContent: 'Skip to content',
    navigation: 'Views',
    views: {
      chat: 'Chat',
      status: 'Status',
      network: 'Network',
      pools: 'Pools',
      models: 'Models',
      machine: 'Machine',
      doctor: 'Doctor',
      settings: 'Settings',
    },
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Copying did not work',
    dismiss: 'Dismiss',
    /** The answer "no" to a question whether to go on. */
    keep: 'Cancel',
    notices: 'Notices',
  },

  connection: {
    connecting: 'Connecting to MindMesh…',
    lostTitle: 'MindMesh is not answering.',
    lost: 'It may be restarting. This window tries again automatically.',
    tryNow: 'Try now',
    signedOutTitle: 'This window is signed out',
    signedOut:
      'MindMesh was restarted. Run “mindmesh status” on this computer and open the address that it prints. Then try again here.',
    tryAgain: 'Try again',
  },

  node: {
    starting: 'Starting…',
    stopping: 'Stopping…',
    faulted: 'Stopped by a fault',
    running: 'Running',
    loading: 'Loading',
    trouble: 'Needs attention',
    faultSentence: (fault: string | null) => fault ?? 'The node stopped. It will be started again.',
    startingSentence: 'MindMesh is starting. This takes a few seconds.',
    stoppingSentence: 'MindMesh is stopping.',
    loadingSentence: 'MindMesh is loading its part of the model.',
    loadedSentence: (connected: number) =>
      `MindMesh is running, with ${connected === 0 ? 'no peers' : peers(connected)} in reach. The layers of this computer are loaded.`,
    noShardsSentence: (connected: number) =>
      `MindMesh is running, with ${connected === 0 ? 'no peers' : peers(connected)} in reach. This computer serves no layers.`,
    notLoadedSentence: (connected: number) =>
      `MindMesh is running, with ${connected === 0 ? 'no peers' : peers(connected)} in reach. The layers of this computer are not loaded.`,
    troubleSentence: 'MindMesh is running, but a part of a model that it should serve does not.',
    peersInReach: (number: number) =>
      number === 0 ? 'No peers in reach' : `${peers(number)} in reach`,
  },

  chat: {
    title: 'Chat',
    newChat: 'New chat',
    model: 'Model',
    noModel: 'No model can answer now',
    modelUnavailable: (name: string) => `${name} — not all layers in reach`,
    emptyTitle: 'What would you like to know?',
    emptySentence:
      'Answers come from open models, run by this computer and the peers it works with.',
    suggestionsLabel: 'Suggestions',
    suggestions: [
      'What is this app?',
      'How do I pause it?',
      'What is the capital of France?',
    ] as readonly string[],
    placeholder: 'Ask something…',
    messageLabel: 'Your question',
    send: 'Send',
    stop: 'Stop',
    keys: 'Enter sends, Shift + Enter starts a new line, Esc stops an answer.',
    you: 'You',
    conversation: 'Conversation',
    thinking: 'Reading the question…',
    answering: 'Answering',
    stopped: 'Stopped.',
    stoppedEmpty: 'Stopped before the first word.',
    emptyAnswer: 'The model gave an empty answer.',
    cutShort: 'The answer reached its maximum length and ends here.',
    copyAnswer: 'Copy answer',
    regenerate: 'Answer again',
    retry: 'Try again',
    toLatest: 'Jump to the end',
    code: 'code',
    codeBlock: (language: string) => `Code: ${language}`,
    copyCode: 'Copy code',
    table: 'Table',
    pictureNotLoaded: (name: string) =>
      name === '' ? '[picture, not loaded]' : `[picture, not loaded: ${name}]`,
    demoNote:
      'This is the small demo model. It knows MindMesh and a few facts, and is often wrong about the rest.',
    peersNote: 'Peers compute parts of this model and may see what you ask.',
    loadingNote: 'The model is being loaded. You can ask in a moment.',
    noModelNote:
      'No model has all of its layers in reach. The page “Network” shows what is missing.',
    notRunningNote: 'You can ask as soon as MindMesh is running.',
    connectionLost: 'The connection to MindMesh broke in the middle of the answer.',
    failures,
  },

  receipt: {
    here: 'Stayed on this computer',
    unknown: 'Route not known',
    peers: (number: number, withThisMachine: boolean) =>
      withThisMachine ? `This computer and ${peers(number)}` : `Computed by ${peers(number)}`,
    tokens,
    tokensPerSecond: (value: number) => `${rate(value)} tokens/s`,
    time: milliseconds,
    details: 'How this answer was made',
    machine: 'Computer',
    thisMachine: 'This computer',
    layersHeading: 'Layers',
    layers: (range: LayerRange) => `${range.firstLayer}–${range.lastLayer}`,
    compute: 'Computing, per token',
    hop: 'Hop to it, per token',
    question: 'Read',
    answer: 'Wrote',
    firstWord: 'First word after',
    total: 'Whole answer',
    privacyHere: 'Every layer ran on this computer. Neither question nor answer left it.',
    privacyPeers:
      'The peers named here took part in computing and may have seen what was asked and answered.',
  },

  status: {
    title: 'Status',
    thisNode: 'This node',
    peerId: 'Peer id',
    copyPeerId: 'Copy peer id',
    version: 'Version',
    runningFor: 'Running for',
    duration,
    speed: 'Receiving now',
    tokensPerSecond: (value: number) => `${rate(value)} tokens/s`,
    requests: 'Your questions',
    requestCounts: (active: number, queued: number) =>
      queued === 0
        ? `${count(active)} running`
        : `${count(active)} running, ${count(queued)} waiting`,
    dataFolder: 'Data folder',

    shards: 'Layers served here',
    noShards: 'This computer serves no layers. Models that peers serve can still be used.',
    shardLayers: (range: LayerRange, of: number | undefined) => capitalised(layers(range, of)),
    shardStates: {
      idle: 'Idle',
      starting: 'Loading',
      serving: 'Serving',
      faulted: 'Not running',
    },
    engine: 'Runs on',
    backend: (name: string) => backends[name] ?? name,
    unknown: 'not known yet',
    memory: 'Memory',
    bytes,
    sessions: 'Sessions',
    sessionCounts: (open: number, most: number) => `${count(open)} of ${count(most)}`,
    shardSpeed: 'Speed',

    peerShard: (model: string, range: LayerRange) => `${model}, ${layers(range)}`,

    coverage: (
      runs: readonly { range: LayerRange; holder: 'here' | 'peer' | 'idle' | 'nobody' }[],
    ) =>
      runs
        .map(({ range, holder }) => {
          const who = {
            here: 'on this computer',
            peer: 'on peers',
            idle: 'on this computer, not loaded',
            nobody: 'missing',
          }[holder];
          return `${layers(range)} ${who}`;
        })
        .join(', '),
    legend: 'Layers',
    legendHere: 'this computer',
    legendPeer: 'peers',
    legendIdle: 'this computer, not loaded',
    legendNobody: 'missing',

    api: 'Use it from other programs',
    apiSentence:
      'Any program that speaks OpenAI’s API can use this address and key. Both work on this computer only.',
    baseUrl: 'Base URL',
    copyBaseUrl: 'Copy base URL',
    key: 'API key',
    showKey: 'Show key',
    hideKey: 'Hide key',
    copyKey: 'Copy key',
    hiddenKey: 'Hidden',

    usage: 'Usage',
    usageLoading: 'Counting…',
    usageFailed: 'The counts could not be read.',
    answers: 'Answers',
    received: 'Tokens received',
    served: 'Tokens served',
    usageChart: 'Tokens per day',
    usageReceived: 'received',
    usageServed: 'served to peers',
    usageDay: 'Day',
    usageOfDay: (name: string, received: number, served: number) =>
      `${day(name)}: ${tokens(received)} received, ${count(served)} served`,
    day,
    count,
    noUsage: 'Nothing yet. Ask a question, and it is counted here.',
  },

  consent: enConsent,
  doctor: enDoctor,
  duty: enDuty,
  machine: enMachine,
  models: enModels,
  network: enNetwork,
  pools: enPools,
  settings: enSettings,
  advice: adviceWords,
  desktop: enDesktop,
};
