/** Sentences that the host, the command line and their shared code show to a person are written in the folder en/ alone. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type ErrorCode, errorAudiences } from '../errors.ts';

const root = join(import.meta.dirname, '..', '..');

/** Calls whose texts a person reads. */
const shown =
  /(?<![\w.#])(?:new (?:AppError|InvalidArgumentError)|note|print|dialog\.showErrorBox)\(|\.(?:description|option|requiredOption|argument)\(/g;

const literal = /(['"`])(?:(?!\1)[^\\]|\\.)*\1/gs;
/** Two words at least, which no code such as 'port-taken' has. */
const sentence = /\p{L}{2,}[,:;]? (?:\p{L}|\$\{)/u;

/** An error inside of another one is its cause, which only the log has. */
const cause = /\bnew Error\((?:[^()]|\([^()]*\))*\)/g;

/** What stands between the parentheses of a call that begins at `start`. */
function argumentsAt(source: string, start: number): string {
  let depth = 1;
  let end = start;
  while (depth > 0 && end < source.length) {
    depth += { '(': 1, ')': -1 }[source[end] ?? ''] ?? 0;
    end += 1;
  }
  return source.slice(start, end - 1);
}

/** An error that only the log has may be worded where it is made. */
function isForTheLog(call: string): boolean {
  const code = /^\s*'([\w-]+)'/.exec(call)?.[1];
  return code !== undefined && errorAudiences[code as ErrorCode] === 'log';
}

function sentencesIn(source: string): string[] {
  return [...source.matchAll(shown)]
    .map((call) => argumentsAt(source, call.index + call[0].length))
    .filter((call) => !isForTheLog(call))
    .flatMap((call) => call.replace(cause, '').match(literal) ?? [])
    .filter((text) => sentence.test(text));
}

it('finds a sentence in a call that shows it', () => {
  expect(sentencesIn("throw new AppError('timed-out', `It took ${ms} ms.`)")).toEqual([
    '`It took ${ms} ms.`',
  ]);
  expect(sentencesIn("note('Press any key.')")).toHaveLength(1);
  expect(sentencesIn(".option('--json', 'one line')")).toHaveLength(1);
  expect(sentencesIn("throw new AppError('internal', 'Started twice.')")).toEqual([]);
  expect(sentencesIn("new AppError('cancelled', words.late(seconds))")).toEqual([]);
});

it('the host and the command line show no sentence that is written elsewhere', () => {
  const files = globSync('src-{main,shared}/**/*.ts', { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts') && !file.includes(join('words', 'en')),
  );
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) =>
    sentencesIn(readFileSync(join(root, file), 'utf8')).map((text) => `${file}: ${text}`),
  );
  expect(found).toEqual([]);
});
