/** Keeps the last lines of a child's output in bounded memory, so that a failure can explain itself. */

export const recentLinesLimits = { lines: 40, lineCharacters: 2000 } as const;

export class RecentLines {
  readonly #onLine: (line: string) => void;
  #lines: string[] = [];
  #unfinished = '';

  constructor(onLine: (line: string) => void = () => {}) {
    this.#onLine = onLine;
  }

  /** Takes output as it comes, cut anywhere. A line that is too long is cut short, not short growing. */
  push(text: string): void {
    const pieces = text.split('\n');
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      this.#finish(this.#unfinished + piece);
      this.#unfinished = '';
    }
    this.#unfinished = (this.#unfinished + last).slice(0, recentLinesLimits.lineCharacters);
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
    const short = line.slice(0, recentLinesLimits.lineCharacters).trimEnd();
    if (short === '') {
      return;
    }
    this.#lines = [...this.#lines, short].slice(-recentLinesLimits.lines);
    this.#onLine(short);
  }
}
