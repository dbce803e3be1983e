/** What is wrong with a value, in the language of the person; chosen as in words.ts. */
export * from './en/problems.ts';
