/** What commands say of what they did, in English. Pure. */
import type { LayerRange } from '../../../model.ts';

export const commandResults = {
  hosted: (name: string, isRunning: boolean) =>
    `This machine hosts ${name} ${isRunning ? 'from now on' : 'as soon as "mindmesh serve" runs'}; "mindmesh status" shows how far it is.`,
  unhosted: (name: string) => `This machine does not host ${name} any more.`,
  downloaded: (name: string, layers: LayerRange | undefined) =>
    layers === undefined
      ? `${name} is here:`
      : `Layers ${layers.firstLayer}–${layers.lastLayer} of ${name} are here:`,
  downloadEnded: (name: string) => `The download of ${name} has ended.`,
  /** `share`: from 0 to 1. */
  reading: (share: number) => `Reading the file: ${Math.floor(100 * share)} %`,
  withOtherNames: (name: string, others: readonly string[]) =>
    others.length === 0 ? name : `${name} (also called ${others.join(', ')})`,
  deleted: (name: string) => `Removed ${name} and what was fetched of it.`,
  forgotten: (name: string) => `Removed ${name} from the library; its file stays where it is.`,

  poolMade: (pool: string): string[] => [
    `Made the pool ${pool}; this machine holds its key. "mindmesh pool invite" invites others.`,
    'To talk to its members alone: mindmesh settings set poolOnly true',
  ],
  poolJoined: (pool: string, role: string) => `Joined ${pool} as ${role}.`,
  talksToEverybody:
    'This machine still talks to everybody. To talk to members of its pools alone: mindmesh settings set poolOnly true',
  inviteClosed: (invite: string, pool: string) => `Closed the invite ${invite} to ${pool}.`,
  memberRemoved: (member: string, pool: string) =>
    `Removed ${member} from ${pool}. The other members hear of it when connected.`,
  modelOffered: (id: string, pool: string) =>
    `The members of ${pool} can download ${id} from now on.`,
  modelWithdrawn: (id: string, pool: string) => `${pool} offers ${id} no more.`,
  poolLeft: (pool: string) => `Left ${pool}.`,

  settingIs: (name: string, value: string, isLater: boolean) =>
    `${name} is ${value}${isLater ? ' from the next start on' : ''}.`,
  askSomething: 'Ask something. Ctrl-C stops an answer; Ctrl-D ends the conversation.',
  stopped: '(stopped)',
  endingAtOnce: 'Stopping already; ending at once.',
};

/** The table of all settings. */
export const settingListWords = {
  withDefault: (value: string, usual: string) => `${value} (default: ${usual})`,
  fromNextStart: (about: string) => `${about}, from the next start on`,
  legend:
    '* differs from its default. "mindmesh settings set NAME VALUE" changes one, "reset NAME" takes that back.',
};

/** The demonstration, `npm run demo`. */
export const demoWords = {
  question: 'What is this app?',
  starting: 'Starting two nodes that share the demo model, and one that asks…',
  heads: ['peer', 'layers', 'computing', 'hop'],
  sum: (tokens: number, tokensPerSecond: number, peers: number) =>
    `${tokens} tokens, ${tokensPerSecond.toFixed(1)} tokens/s over ${peers} peers; times are medians per token.`,
  noModel: (path: string) => `The demo model is missing: ${path}.`,
  notStarted: (name: string) => `The node "${name}" of the demonstration did not start.`,
  notJoined: (name: string) => `The node "${name}" of the demonstration did not join the mesh.`,
  notLoaded: 'The two nodes did not load their halves of the demo model in time.',
  notShared: 'The answer did not come over two peers.',
  options: 'The demonstration takes --backend NAME, --json and --verbose.',
  noBackend: (names: readonly string[]) => `--backend takes one of ${names.join(', ')}.`,
  otherBackend: (wanted: string, found: readonly string[]) =>
    `The nodes compute on ${[...new Set(found)].join(' and ')}, not on ${wanted}: llama.cpp finds no device for it here.`,
};
