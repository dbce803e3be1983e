/**
 * Matches a text against a grammar, character by character: a pushdown automaton whose states are made when they
 * are first reached and never change, so going back costs nothing. Equal stacks and states are shared.
 *
 * llama.cpp's own implementation trusts the grammar's author: left recursion, ambiguous text or an unexpected
 * token make it abort or run for ever, and grammars come from strangers. Here all steps are counted and bounded.
 */
import { type CharacterSet, type Grammar, invalid } from './grammar-rules.ts';

/** A place in a rule's sequence. */
type Place = {
  readonly id: number;
  readonly element: CharacterSet | number;
  /** Undefined at the end of the sequence. */
  readonly next: Place | undefined;
};

/** The rest of a parse: a place, and the stack to continue with after its rule. */
type Stack = {
  readonly id: number;
  readonly place: Place;
  readonly below: Stack | undefined;
  readonly depth: number;
};

export type State = {
  /** All possible parses of the text so far; the top of each is a place for a character. */
  readonly stacks: readonly Stack[];
  /** Whether the text so far is complete. */
  readonly canEnd: boolean;
  /** The next state by character; null where no parse continues. */
  readonly next: Map<number, State | null>;
};

const limits = {
  /** Most parses of one text. An unambiguous grammar has a handful: one for each possible continuation. */
  stacks: 5000,
  /** Deepest nesting of rules, for example of lists in a JSON text. */
  depth: 5000,
  /** Most steps for one token, or for a text that is read at once; it limits their time to some hundred milliseconds. */
  steps: 1_000_000,
  /** Approximate limit of memory for cached states, stacks and transitions. */
  bytes: 32 * 1024 * 1024,
} as const;

/** Approximate memory in V8 for each; a state's key has a few characters for each of its stacks. */
const bytesOf = { state: 400, stack: 250, stackOfState: 8, transition: 40 } as const;

export class GrammarStates {
  readonly start: State;
  /** The first place of every alternative of every rule; undefined for an empty one. */
  readonly #alternatives: (Place | undefined)[][];
  readonly #stacks = new Map<string, Stack>();
  readonly #states = new Map<string, State>();
  #newestStack = 0;
  #stepsLeft: number = limits.steps;
  #bytes = 0;

  /** @throws AppError `request-invalid` when a text can begin in too many ways */
  constructor(grammar: Grammar) {
    let places = 0;
    this.#alternatives = grammar.rules.map(({ alternatives }) =>
      alternatives.map((sequence) =>
        sequence.reduceRight<Place | undefined>((next, element) => {
          places += 1;
          return { id: places, element, next };
        }, undefined),
      ),
    );
    const root = { id: 0, element: grammar.root, next: undefined };
    this.start = this.#stateAt([{ place: root, below: undefined }]);
  }

  /** Allows the steps for one more token, or for a text. */
  refill(): void {
    this.#stepsLeft = limits.steps;
  }

  /**
   * The state after one more character, or null when the grammar does not allow it.
   * @throws AppError `request-invalid` when it takes too many steps
   */
  after(state: State, character: number): State | null {
    let next = state.next.get(character);
    if (next === undefined) {
      this.#forgetIfLarge();
      const matching = state.stacks.filter((stack) => matches(stack.place.element, character));
      this.#count(state.stacks.length);
      next =
        matching.length === 0
          ? null
          : this.#stateAt(matching.map(({ place, below }) => ({ place: place.next, below })));
      state.next.set(character, next);
      this.#bytes += bytesOf.transition;
    }
    return next;
  }

  /** Whether any character from `first` to `last` may follow. */
  allowsAny(state: State, first: number, last: number): boolean {
    this.#count(state.stacks.length);
    return state.stacks.some((stack) => overlaps(stack.place.element, first, last));
  }

  /** Enters and leaves rules until every parse expects a character or is complete. */
  #stateAt(todo: { place: Place | undefined; below: Stack | undefined }[]): State {
    const seen = new Set<number>();
    const found = new Map<number, Stack>();
    let canEnd = false;
    for (let top = todo.pop(); top !== undefined; top = todo.pop()) {
      const { place, below } = top;
      if (place === undefined) {
        canEnd ||= below === undefined;
        if (below !== undefined) {
          todo.push(below);
        }
        continue;
      }
      this.#count(1);
      const stack = this.#stack(place, below);
      if (seen.has(stack.id)) {
        continue;
      }
      seen.add(stack.id);
      if (typeof place.element !== 'number') {
        found.set(stack.id, stack);
        continue;
      }
      // After the last element the rule needs no return place, so that long lists do not need a deep stack.
      const after = place.next === undefined ? below : this.#stack(place.next, below);
      for (const first of this.#alternatives[place.element] ?? []) {
        todo.push({ place: first, below: after });
      }
    }
    if (found.size > limits.stacks) {
      throw invalid('It is too ambiguous: the text so far has thousands of readings');
    }
    return this.#state([...found.values()], canEnd);
  }

  #state(stacks: readonly Stack[], canEnd: boolean): State {
    const ids = stacks.map(({ id }) => id).toSorted((a, b) => a - b);
    const key = `${canEnd} ${ids.join(' ')}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      this.#count(stacks.length);
      state = { stacks, canEnd, next: new Map() };
      this.#states.set(key, state);
      this.#bytes += bytesOf.state + key.length + stacks.length * bytesOf.stackOfState;
    }
    return state;
  }

  #stack(place: Place, below: Stack | undefined): Stack {
    const key = `${place.id} ${below?.id ?? 0}`;
    let stack = this.#stacks.get(key);
    if (stack === undefined) {
      const depth = (below?.depth ?? 0) + 1;
      if (depth > limits.depth) {
        throw invalid(
          `Rules are within each other more than ${limits.depth} deep (left recursion?)`,
        );
      }
      this.#newestStack += 1;
      stack = { id: this.#newestStack, place, below, depth };
      this.#stacks.set(key, stack);
      this.#bytes += bytesOf.stack;
    }
    return stack;
  }

  #count(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) {
      throw invalid('It is too complicated: following it takes longer than computing the text');
    }
  }

  /** Empties the cache when it is too large. Transitions are cleared too, because states refer to each other by them. */
  #forgetIfLarge(): void {
    if (this.#bytes > limits.bytes) {
      for (const state of this.#states.values()) {
        state.next.clear();
      }
      this.start.next.clear();
      this.#states.clear();
      this.#stacks.clear();
      this.#bytes = 0;
    }
  }
}

function matches(element: CharacterSet | number, character: number): boolean {
  return (
    typeof element !== 'number' &&
    element.ranges.some(([first, last]) => first <= character && character <= last) !==
      element.negated
  );
}

/** Whether any character from `first` to `last` matches. For a negated set, true is assumed, as it nearly always is. */
function overlaps(element: CharacterSet | number, first: number, last: number): boolean {
  return (
    typeof element !== 'number' &&
    (element.negated || element.ranges.some(([from, to]) => from <= last && first <= to))
  );
}
