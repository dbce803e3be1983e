/** The words of the window in the language of the person; chosen as in words.ts. */
import { en } from './en/window/window.ts';

/** Every sentence of the window. A translation has exactly this type. */
export type Text = typeof en;

export const text: Text = en;

export { asSentence, countryName, shortPeer } from './en/format.ts';
