/**
 * The words of the project in the language of the person. English is the only one so far; another one is a folder
 * beside en/ with the same exports, chosen here and in the files beside this one, by where the words are used.
 */
export * from './en/advice.ts';
export * from './en/desktop.ts';
export { findingWords, levelWords, reportAbout, topicWords } from './en/doctor/finding-words.ts';
export * from './en/duty.ts';
export * from './en/hosting.ts';
export * from './en/missing.ts';
export * from './en/paths.ts';
export * from './en/settings.ts';
export * from './en/times.ts';
export * from './en/warnings.ts';
