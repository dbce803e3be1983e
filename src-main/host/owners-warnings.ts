/** What the owner should know of this run. A warning that comes again is listed once. */
import { isDeepStrictEqual } from 'node:util';
import type { Warning } from '../../src-shared/warning.ts';

export class OwnersWarnings {
  readonly #all: Warning[];
  readonly #onChange: () => void;

  constructor(first: readonly Warning[], onChange: () => void) {
    this.#all = [...first];
    this.#onChange = onChange;
  }

  get all(): Warning[] {
    return [...this.#all];
  }

  add(warning: Warning): void {
    if (!this.#all.some((each) => isDeepStrictEqual(each, warning))) {
      this.#all.push(warning);
      this.#onChange();
    }
  }
}
