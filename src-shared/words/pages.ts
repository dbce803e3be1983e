/** The pages that the window's server writes itself, in the language of the person; chosen as in words.ts. */
export * from './en/pages.ts';
