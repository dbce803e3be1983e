/**
 * The names that additional properties may have: all but the declared ones, which have schemas of their own. The rule
 * follows a tree of the characters of the declared names; a name that leaves the tree is another one. The rule allows no
 * escapes, since an escape could spell a declared name differently.
 */
import { type GrammarRules, inClass } from './rules.ts';

const plainCharacter = '[^"\\\\\\x00-\\x1F\\x7F]';

type NameTree = { isName: boolean; readonly next: Map<string, NameTree> };

/** The rule for a quoted name that is none of `names`. */
export function otherNames(names: readonly string[], rules: GrammarRules): string {
  const tree: NameTree = { isName: false, next: new Map() };
  for (const name of names) {
    // A name that needs escapes in JSON cannot be written by this rule.
    if (JSON.stringify(name) === `"${name}"`) {
      addName(tree, name);
    }
  }
  return rules.add(`"\\"" ${restOfName(tree, rules)}`);
}

function addName(tree: NameTree, name: string): void {
  let node = tree;
  for (const character of name) {
    const next = node.next.get(character) ?? { isName: false, next: new Map() };
    node.next.set(character, next);
    node = next;
  }
  node.isName = true;
}

/** The rule for the rest of a name after the characters that lead to `node`, with the closing quote. */
function restOfName(node: NameTree, rules: GrammarRules): string {
  const known = [...node.next.keys()];
  const others = `${plainCharacter.slice(0, -1)}${known.map(asMember).join('')}]`;
  const parts = [`${others} ${plainCharacter}* "\\""`];
  for (const [character, next] of node.next) {
    parts.push(`[${asMember(character)}] ${restOfName(next, rules)}`);
  }
  if (!node.isName) {
    parts.push('"\\""');
  }
  return rules.add(parts.join(' | '));
}

function asMember(character: string): string {
  return inClass(character.codePointAt(0) ?? 0);
}
