/**
 * Sentences of errors in the language of the person; chosen as in words.ts. They have a file of their own, which imports
 * nothing, because errors.ts and the files of processes and links below all others use it.
 */
export * from './en/errors.ts';
