/** Takes out of a report everything that tells whose machine it is about. */
import { isIP } from 'node:net';
import { homedir, hostname, userInfo } from 'node:os';
import { redactText } from '../base/redact.ts';

/** Names of this machine and of its owner. */
export type PersonalNames = {
  readonly user: string;
  readonly host: string;
  readonly home: string;
  readonly dataFolder: string;
};

export function ownNames(dataFolder: string): PersonalNames {
  return { user: userName(), host: hostname(), home: homedir(), dataFolder };
}

/** A container may run as a user that the system does not know. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

const gone = '…';
const patterns: readonly [RegExp, string][] = [
  // Addresses with all that they contain, before their parts.
  [/\/(?:ip4|ip6|dns|dns4|dns6|dnsaddr)\/[^\s,;"']+/gi, gone],
  [/\b(https?|wss?):\/\/[^\s/"']+/gi, `$1://${gone}`],
  // A user's name may have spaces in it.
  [/(?<=\/(?:home|Users)\/)(?:[^/"'\n]+(?=\/)|[^/\s"']+)/g, gone],
  [/(?<=[A-Za-z]:\\+Users\\+)[^\\"']+/gi, gone],
  [/\b(?:12D3KooW|16Uiu2HA)\w+/g, gone],
  [/\bQm[1-9A-HJ-NP-Za-km-z]{44}\b/g, gone],
  // Cards have numbers of their own.
  [/\b(?:GPU-|MIG-)?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/gi, gone],
  [/\b[\da-f]{2}(?:[:-][\da-f]{2}){5}\b/gi, gone],
];
const mayBeAddress = /[\da-f]*:[\da-f:.]+|\d{1,3}(?:\.\d{1,3}){3}/gi;

/** One text without names, paths of people, addresses, ids and keys. */
export function withoutPersonal(text: string, names: PersonalNames): string {
  const { user, host, home, dataFolder } = names;
  let redacted = redactText(text);
  redacted = replacedPath(redacted, dataFolder, '(data folder)');
  redacted = replacedPath(redacted, home, '~');
  for (const [pattern, replacement] of patterns) {
    redacted = redacted.replaceAll(pattern, replacement);
  }
  redacted = redacted.replaceAll(mayBeAddress, (part) => (isIP(part) === 0 ? part : gone));
  for (const name of [host, host.split('.')[0] ?? '', user]) {
    redacted = replacedName(redacted, name);
  }
  return redacted;
}

/** The same for every text in a value. The names of its members, and codes, are the report's own and stay. */
export function redactPersonal(value: unknown, names: PersonalNames): unknown {
  if (typeof value === 'string') {
    return withoutPersonal(value, names);
  }
  if (Array.isArray(value)) {
    return value.map((item) => redactPersonal(item, names));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      ownCodes.has(name) ? item : redactPersonal(item, names),
    ]),
  );
}

const ownCodes: ReadonlySet<string> = new Set([
  'code',
  'level',
  'topic',
  'state',
  'use',
  'backend',
]);

function replacedPath(text: string, path: string, replacement: string): string {
  // The root folder is not personal.
  return path.length < 2 ? text : text.split(path).join(replacement);
}

/** As a whole word: a short name may be a part of other words. */
function replacedName(text: string, name: string): string {
  if (name === '') {
    return text;
  }
  const escaped = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  const word = new RegExp(String.raw`(?<![\p{L}\p{N}])${escaped}(?![\p{L}\p{N}])`, 'giu');
  return text.replaceAll(word, gone);
}
