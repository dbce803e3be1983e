/** What `mindmesh --help` says, in the language of the person; chosen as in words.ts. */
export * from './en/command-line/help.ts';
