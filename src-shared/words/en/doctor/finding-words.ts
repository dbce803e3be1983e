/** What the doctor finds, in English: a sentence each, and what the owner can do where there is something to do. Pure. */
import { missingCase } from '../../../errors.ts';
import type { Finding, FindingLevel } from '../../../doctor/finding.ts';
import type { FindingTopic } from '../../../doctor/topics.ts';
import { bytes, diskBytes } from '../format.ts';
import { warningWords } from '../warnings.ts';
import { cardWords, cardsUnknownWords, computeWords } from './graphics.ts';
import { hostingMemoryWords, nothingHostedWords, shardWords } from './models.ts';
import { listenWords, peersWords, portWords, reachWords } from './network.ts';
import { interruptedWords, refusedWords, speedWords } from './speed.ts';
import { computerUnknownWords, dutyFindingWords } from './work.ts';

export type FindingWords = {
  readonly says: string;
  /** What to do about it. */
  readonly advice?: string;
};

export const topicWords: Readonly<Record<FindingTopic, string>> = {
  work: 'Work for the mesh',
  graphics: 'Graphics cards',
  models: 'Models',
  speed: 'Speed',
  ports: 'Ports',
  reach: 'Reach',
  storage: 'Disk and memory',
  versions: 'Versions',
};

export const levelWords: Readonly<Record<FindingLevel, string>> = {
  good: 'Good',
  note: 'Note',
  problem: 'Problem',
};

/** What a report lacks. */
export const takenOut =
  'Names of people, computers and programs, personal folders, addresses, ids and keys were taken out of it.';

/** The first line of a report. */
export const reportAbout = `A report of MindMesh about the computer it runs on. ${takenOut}`;

/** The sentences about one finding. */
export function findingWords(finding: Finding): FindingWords {
  switch (finding.code) {
    case 'not-running':
      return { says: 'MindMesh is not running.', advice: 'Start it to learn more.' };
    case 'consent-needed':
      return {
        says: 'MindMesh waits for your agreement. Nothing computes or connects until then.',
        advice: 'Open its window and read the first page.',
      };
    case 'node-fault':
      return {
        says: `The mesh node does not run. ${finding.message}`,
        advice: 'If this does not end by itself, restart MindMesh.',
      };
    case 'duty':
      return dutyFindingWords(finding);
    case 'not-watched':
      return {
        says: 'This computer is not watched: MindMesh was started to work at any time, so it never pauses by itself.',
      };
    case 'computer-unknown':
      return computerUnknownWords(finding);
    case 'compute':
      return computeWords(finding);
    case 'compute-fault':
      return {
        says: `llama.cpp could not look for graphics devices, so the processor computes: ${finding.message}`,
        advice: 'Install the newest driver of the graphics card, then restart MindMesh.',
      };
    case 'compute-unknown':
      return { says: 'llama.cpp has not told yet what it computes on.' };
    case 'cards-unknown':
      return cardsUnknownWords(finding);
    case 'card':
      return cardWords(finding);
    case 'nothing-hosted':
      return nothingHostedWords(finding);
    case 'shard':
      return shardWords(finding);
    case 'hosting-memory':
      return hostingMemoryWords(finding);
    case 'speed':
      return speedWords(finding);
    case 'speed-refused':
      return refusedWords(finding);
    case 'speed-interrupted':
      return interruptedWords(finding);
    case 'speed-no-model':
      return {
        says: 'The speed was not measured: this computer hosts no model with all of its layers.',
        advice: 'Host a whole model, such as the demo model.',
      };
    case 'speed-late':
      return {
        says: `${finding.model} did not answer within ${finding.seconds} seconds.`,
        advice:
          'The first question after a start takes longest. Measure again in a minute; if that does not help, choose a smaller model.',
      };
    case 'speed-failed':
      return { says: `The speed of ${finding.model} could not be measured: ${finding.message}` };
    case 'api-port':
    case 'window-port':
      return portWords(finding);
    case 'listen':
      return listenWords(finding);
    case 'reach':
      return reachWords(finding);
    case 'peers':
      return peersWords(finding);
    case 'warning':
      return { says: warningWords(finding.warning) };
    case 'disk':
      return diskWords(finding);
    case 'memory':
      return memoryWords(finding);
    case 'data-folder':
      return { says: `Everything is kept in ${finding.path}.` };
    case 'versions':
      return versionWords(finding);
    default:
      return missingCase(finding);
  }
}

type Of<Code extends Finding['code']> = Extract<Finding, { code: Code }>;

function diskWords({ freeBytes, usedBytes, limitBytes, level }: Of<'disk'>): FindingWords {
  const free =
    freeBytes === null
      ? 'How much of the disk is free is not known'
      : `${diskBytes(freeBytes)} of the disk are free`;
  const limit = limitBytes === null ? '' : ` of the ${diskBytes(limitBytes)} that you allow`;
  const used =
    usedBytes === null
      ? ''
      : `; models take ${usedBytes === 0 ? 'nothing' : diskBytes(usedBytes)}${limit}`;
  return {
    says: `${free}${used}.`,
    ...(level === 'good' ? {} : diskAdvice(freeBytes)),
  };
}

function diskAdvice(freeBytes: number | null): Pick<FindingWords, 'advice'> {
  return freeBytes === null
    ? {}
    : { advice: 'Remove models that you do not need, or make room for others.' };
}

function memoryWords({
  totalBytes,
  usableBytes,
  freeBytes,
  hostingBytes,
}: Of<'memory'>): FindingWords {
  const usable =
    usableBytes < totalBytes ? `, of which MindMesh may use ${bytes(usableBytes)}` : '';
  const hosting = hostingBytes === null ? '' : ` Hosted layers may take ${bytes(hostingBytes)}.`;
  return {
    says: `The computer has ${bytes(totalBytes)} of memory${usable}; ${bytes(freeBytes)} are free.${hosting}`,
  };
}

function versionWords(finding: Of<'versions'>): FindingWords {
  const { mindmesh, llama, node, electron, system, architecture, processor, cores } = finding;
  const runtime = electron === null ? `Node.js ${node}` : `Electron ${electron} (Node.js ${node})`;
  const chip = processor === '' ? architecture : `${processor}, ${architecture}`;
  return {
    says: `MindMesh ${mindmesh}, llama.cpp ${llama}, ${runtime}; ${system}; ${chip}, ${cores} ${cores === 1 ? 'core' : 'cores'}.`,
  };
}
