/** What the command line prints, in the language of the person; chosen as in words.ts. */
export * from './en/command-line/command-errors.ts';
export * from './en/command-line/command-results.ts';
export * from './en/command-line/doctor-lines.ts';
export * from './en/command-line/host-lines.ts';
export * from './en/command-line/model-lines.ts';
export * from './en/command-line/peer-lines.ts';
export * from './en/command-line/pool-lines.ts';
export * from './en/command-line/receipt-lines.ts';
export * from './en/command-line/route-lines.ts';
export { shortPeer } from './en/format.ts';
