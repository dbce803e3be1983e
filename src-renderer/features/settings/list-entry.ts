/** Adds an entry to a list in the settings, or says what is wrong with it. Pure. */
import type { ListName } from '../../../src-shared/settings/kinds.ts';
import { type Settings, settingsSchema } from '../../../src-shared/settings/settings.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.settings.lists;

/**
 * Host, port and peer id, perhaps over a relay, as the node reads them. They are checked here because each change of
 * such a list restarts the node.
 */
const address =
  /^\/(?:ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/tcp\/\d{1,5}(?:\/p2p\/[1-9A-Za-z]+\/p2p-circuit)?\/p2p\/[1-9A-Za-z]+$/;

/** An address to listen on. */
const ownAddress = /^\/(?:ip4|ip6)\/[^/\s]+\/tcp\/\d{1,5}$/;

const patterns: Partial<Record<ListName, RegExp>> = {
  bootstrap: address,
  peers: address,
  listen: ownAddress,
};

/** The list with one more entry, or what is wrong with the entry. The same list when nothing was typed. */
export function withEntry<Name extends ListName>(
  name: Name,
  entries: Settings[Name],
  typed: string,
): { readonly entries: Settings[Name] } | { readonly problem: string } {
  const trimmed = typed.trim();
  const entry = name === 'askRegions' ? trimmed.toUpperCase() : trimmed;
  if (entry === '') {
    return { entries };
  }
  // Programs are found without regard to case, so names that differ only in case are the same.
  if (entries.some((each) => each.toLowerCase() === entry.toLowerCase())) {
    return { problem: text.settings.listTwice };
  }
  const schema = settingsSchema.shape[name];
  const isOfItsForm = patterns[name]?.test(entry) ?? true;
  if (!isOfItsForm || !schema.element.safeParse(entry).success) {
    return { problem: words[name].notValid };
  }
  const longer = [...entries, entry];
  return schema.safeParse(longer).success
    ? { entries: longer }
    : { problem: text.settings.listFull(entries.length) };
}
