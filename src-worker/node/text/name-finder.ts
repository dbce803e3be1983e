/**
 * Finds the longest of many names at every place of a text, in time that grows with the text alone: names come from
 * model files, and a file may have names that a simple search goes over again at each character.
 *
 * An Aho-Corasick automaton over the reversed names reads the text from its end, so that its state at a place tells
 * the longest name that begins there.
 */

/** What all names together may have; published vocabularies have 80,000 at most. Names beyond are not found. */
const mostCharacters = 262_144;

const root = 0;

export class NameFinder {
  /** The node that a node and the next character lead to, by `node * 65536 + character`. */
  readonly #next = new Map<number, number>();
  /** 1 for every character that some name ends with: at all others a search that stands at the root stays there. */
  readonly #ends = new Uint8Array(65_536);
  /** For each node, where to go on when no character leads further: its longest end that is a node as well. */
  readonly #fallback: number[] = [root];
  /** For each node, the longest name that it ends with: its length and value; 0 when there is none. */
  readonly #length: number[] = [0];
  readonly #value: number[] = [0];

  /** A name that comes twice has the value of the last one. */
  constructor(names: Iterable<readonly [name: string, value: number]>) {
    const parents: [parent: number, character: number][] = [[root, 0]];
    const levels: number[][] = [];
    let characters = 0;
    for (const [name, value] of names) {
      characters += name.length;
      if (characters > mostCharacters) {
        break;
      }
      this.#ends[name.charCodeAt(name.length - 1)] = 1;
      let node = root;
      for (let index = name.length - 1; index >= 0; index -= 1) {
        const character = name.charCodeAt(index);
        let next = this.#next.get(node * 65_536 + character);
        if (next === undefined) {
          next = parents.length;
          parents.push([node, character]);
          this.#next.set(node * 65_536 + character, next);
          this.#fallback.push(root);
          this.#length.push(0);
          this.#value.push(0);
          (levels[name.length - 1 - index] ??= []).push(next);
        }
        node = next;
      }
      this.#length[node] = name.length;
      this.#value[node] = value;
    }
    for (const node of levels.flat()) {
      const [parent, character] = parents[node] ?? [root, 0];
      const fallback =
        parent === root ? root : this.#step(this.#fallback[parent] ?? root, character);
      this.#fallback[node] = fallback;
      if (this.#length[node] === 0) {
        this.#length[node] = this.#length[fallback] ?? 0;
        this.#value[node] = this.#value[fallback] ?? 0;
      }
    }
  }

  /** The names in a text from its beginning on, none within another; where several begin, the longest. */
  *find(text: string): Generator<{ begin: number; end: number; value: number }, void, void> {
    const nodes = new Uint32Array(text.length);
    let node = root;
    for (let index = text.length - 1; index >= 0; index -= 1) {
      const character = text.charCodeAt(index);
      if (node !== root || this.#ends[character] === 1) {
        node = this.#step(node, character);
        nodes[index] = node;
      }
    }
    for (let begin = 0; begin < text.length;) {
      const at = nodes[begin] ?? root;
      const length = this.#length[at] ?? 0;
      if (length > 0) {
        yield { begin, end: begin + length, value: this.#value[at] ?? 0 };
      }
      begin += Math.max(1, length);
    }
  }

  #step(from: number, character: number): number {
    for (let node = from; ; node = this.#fallback[node] ?? root) {
      const next = this.#next.get(node * 65_536 + character);
      if (next !== undefined || node === root) {
        return next ?? root;
      }
    }
  }
}
