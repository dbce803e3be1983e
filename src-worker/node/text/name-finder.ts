/**
 * Finds the longest of many names at every place of a text, in time that grows with the text alone: names come from
 * model files, and a hostile file may have names for which a simple search takes far longer.
 *
 * An Aho-Corasick automaton over the reversed names reads the text from its end, so that its state at a place is
 * the longest name that begins there.
 */

/** Most characters of all names together; published vocabularies have 80,000. Names beyond are not found. */
const mostCharacters = 262_144;

const root = 0;

export class NameFinder {
  /** The node that a node and the next character lead to, by `node * 65536 + character`. */
  readonly #next = new Map<number, number>();
  /** 1 for every last character of a name: at any other character, a search at the root stays there. */
  readonly #ends = new Uint8Array(65_536);
  /** For each node, the node to continue from when the next character does not match: its longest suffix that is a node. */
  readonly #fallback: number[] = [root];
  /** For each node, the length of the longest name that it ends with; 0 when there is none. `#value` has the name's value. */
  readonly #length: number[] = [0];
  readonly #value: number[] = [0];

  /** Of a name that occurs twice, the last value is used. */
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

  /** The names in a text in order, without overlaps; where several begin at one place, the longest. Places count UTF-16 units. */
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
