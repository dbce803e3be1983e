/** Splits a child's output into lines, and keeps the last ones in bounded memory, so that an error can show them. */

export const recentLinesLimits = { lines: 40, lineCharacters: 2000 } as const;

export type RecentLinesOptions = {
  /** Gets each line that is not empty, cut to `lineCharacters`. */
  readonly onLine?: (line: string) => void;
  /** The part of a line to keep; undefined keeps nothing. By default the whole line. */
  readonly remember?: (line: string) => string | undefined;
  /** Where a line is cut before `onLine` gets it; kept lines are always cut at 2000 characters. */
  readonly lineCharacters?: number;
};

export class RecentLines {
  readonly #onLine: (line: string) => void;
  readonly #remember: (line: string) => string | undefined;
  readonly #lineCharacters: number;
  #lines: string[] = [];
  #unfinished = '';

  constructor(options: RecentLinesOptions = {}) {
    this.#onLine = options.onLine ?? (() => {});
    this.#remember = options.remember ?? ((line) => line);
    this.#lineCharacters = options.lineCharacters ?? recentLinesLimits.lineCharacters;
  }

  /** Takes a piece of output, which may end anywhere. Only the beginning of a very long line is taken. */
  push(text: string): void {
    const pieces = text.split('\n');
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      this.#finish(this.#unfinished + piece);
      this.#unfinished = '';
    }
    this.#unfinished = (this.#unfinished + last).slice(0, this.#lineCharacters);
  }

  /** Ends the last line, which may lack its line feed when the child died while writing. */
  end(): void {
    this.#finish(this.#unfinished);
    this.#unfinished = '';
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  #finish(line: string): void {
    const short = line.slice(0, this.#lineCharacters).trimEnd();
    if (short === '') {
      return;
    }
    const remembered = this.#remember(short)?.slice(0, recentLinesLimits.lineCharacters);
    if (remembered !== undefined) {
      this.#lines = [...this.#lines, remembered].slice(-recentLinesLimits.lines);
    }
    this.#onLine(short);
  }
}
