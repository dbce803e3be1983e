/**
 * The words of the window in the language of the person. English is the only one so far; another one is a
 * file of the same shape as en.ts, chosen here.
 */
import { en } from './en.ts';

/** Every sentence of the window. A translation has exactly this shape. */
export type Text = typeof en;

export const text: Text = en;
