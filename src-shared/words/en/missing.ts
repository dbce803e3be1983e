/** Why a reading is missing, in English: clauses without a full stop. Pure. */
import { missingCase } from '../../errors.ts';
import type { CardField, MissingReason, ReadingSource, UntoldFact } from '../../missing-reason.ts';

/** "nvidia-smi is not installed". */
export function missingWords(reason: MissingReason): string {
  switch (reason.code) {
    case 'not-read-yet':
      return `${sourceWords[reason.source]} has not been read yet`;
    case 'read-anew':
      return `${sourceWords[reason.source]} is being read again`;
    case 'outdated':
      return `${sourceWords[reason.source]} was last read ${reason.seconds} seconds ago`;
    case 'no-answer':
      return `${sourceWords[reason.source]} did not answer within ${reason.seconds} seconds`;
    case 'unreadable':
      return `${sourceWords[reason.source]} cannot be read (${reason.detail})`;
    case 'not-installed':
      return `${reason.tool} is not installed`;
    case 'not-answered-yet':
      return `${reason.tool} has not answered yet`;
    case 'asked-anew':
      return `${reason.tool} is being asked again`;
    case 'silent':
      return `${reason.tool} said nothing for ${reason.seconds} seconds`;
    case 'strange-line':
      return `${reason.tool} printed something unexpected: "${reason.line}"`;
    case 'failed':
      return reason.message;
    case 'strange-value':
      return `nvidia-smi says "${reason.text}" for its ${fieldWords[reason.field]}`;
    case 'no-loads':
      return `Windows reports no loads: ${reason.detail}`;
    case 'other-system':
      return `MindMesh cannot read it on ${reason.system}`;
    case 'untold':
      return untoldWords[reason.fact];
    case 'both':
      return `${missingWords(reason.first)}, and ${missingWords(reason.second)}`;
    default:
      return missingCase(reason);
  }
}

const sourceWords: Readonly<Record<ReadingSource, string>> = {
  'owner-use': 'The use of the machine',
  'other-use': 'The use by other people',
  processes: 'The process list',
  'full-screen-window': 'The full-screen window',
  'power-supply': 'The power supply',
  memory: 'The free memory of the computer',
  'processor-load': 'The load of the processor',
  'processor-temperature': 'The temperature of the processor',
  network: 'The network',
  'card-names': 'The names of the graphics cards',
  cards: 'The list of graphics cards',
};

const fieldWords: Readonly<Record<CardField, string>> = {
  load: 'load',
  memory: 'memory',
  'memory-in-use': 'memory in use',
  temperature: 'temperature',
  power: 'power',
  fan: 'fan',
};

const untoldWords: Readonly<Record<UntoldFact, string>> = {
  'battery-use': 'the battery does not report whether it is being used',
  lid: 'the system does not report its lid',
  'lid-state': 'the lid does not report its state',
  'power-source-mac': 'pmset does not report where the power comes from',
  'lid-windows': 'Windows does not tell programs about the lid',
  'power-source-windows': 'Windows does not report where the power comes from',
  'processor-temperature': 'the system reports no temperature of its processor',
  'processor-temperature-windows':
    'Windows reports the temperature of the processor only to administrators',
  'processor-first-look': 'the load of the processor is known only after a second reading',
  'processor-times': 'the times that the system reports of its processor do not grow',
  'free-memory': 'the system does not report how much memory is free',
  'online-windows': 'Windows does not report whether it is online',
  'network-manager': 'NetworkManager does not report it',
  'card-sleeps': 'the card sleeps',
  'card-temperature': 'the driver reports no temperature',
  'card-fan': 'the driver reports no fan speed',
  'card-power': 'the driver reports no power',
  'card-load': 'the driver does not report the load of the card',
  'card-first-look': 'the load of the card is known only after a second reading',
  'card-awake-only': 'the driver reports only how long the card was awake',
  'card-memory': 'the driver does not report the memory of the card',
  'card-process-load': 'the driver does not report the load of single processes',
  'card-process-memory': 'the driver does not report the memory of single processes',
  'shared-memory': 'it shares the memory of the computer',
  cards: 'the system does not report which graphics cards it has',
  'card-unlisted': 'the system lists no such card',
  'nvidia-without-tool': 'NVIDIA reports its cards only through nvidia-smi',
  'nvidia-processes': 'nvidia-smi does not list the processes that load the card',
  'nvidia-process-load': 'nvidia-smi does not report the load of single processes on this card',
  'nvidia-process-memory': 'nvidia-smi does not report the memory of single processes on this card',
  'nvidia-card': 'nvidia-smi no longer reports this card',
  'card-windows': 'Windows does not report it for this card',
  'cards-mac': 'macOS lists no graphics card',
  'card-mac': 'macOS does not report it',
  'process-load-mac': 'macOS does not report the load of single processes',
  login: 'logind knows of nobody who is logged in',
  'last-use': 'logind does not report when the machine was last used',
  'no-screen': 'there is no screen that could be locked',
  'last-use-mac': 'macOS does not report when it was last used',
  'lock-mac': 'macOS does not report whether it is locked',
  'last-use-windows': 'Windows does not report when it was last used',
  processes: 'the system shows no processes',
  'processes-ps': 'ps shows no processes',
  'not-watched': 'this machine is not watched',
  'not-a-number': 'the reading is not a number',
};
