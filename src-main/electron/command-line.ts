/** Parses the command line of the desktop app. Pure. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeepLink } from '../../src-shared/desktop-api.ts';
import { parseDeepLink } from './deep-link.ts';

export type AppCommand = {
  /** Absent: the platform's usual data folder. */
  readonly dataFolder: string | undefined;
  /** Start in the tray without a window, as at login. */
  readonly isHidden: boolean;
  /** Whether there is a tray, for owners who know better than what the desktop says. */
  readonly hasTray: boolean | undefined;
  readonly link: DeepLink | undefined;
  /** Path of a GGUF file that the owner opened with the app. */
  readonly modelFile: string | undefined;
};

/**
 * Ignores all other arguments: they belong to Electron or Chromium.
 *
 * @param args without the name of the program; in development the app's folder is among them
 */
export function parseCommandLine(args: readonly string[]): AppCommand {
  return {
    dataFolder: valueOf('--data', args),
    isHidden: args.includes('--hidden'),
    hasTray: args.includes('--no-tray') ? false : args.includes('--tray') || undefined,
    // Only one link is opened; systems pass just one.
    link: args.map(parseDeepLink).find((link) => link !== undefined),
    modelFile: args.map(modelFileOf).find((path) => path !== undefined),
  };
}

/** The absolute path of a model's file, which Linux desktops pass as an address. */
function modelFileOf(arg: string): string | undefined {
  if (arg.startsWith('-') || !arg.toLowerCase().endsWith('.gguf')) {
    return undefined;
  }
  try {
    return arg.startsWith('file:') ? fileURLToPath(arg) : resolve(arg);
  } catch {
    return undefined;
  }
}

/** The value of `name VALUE` or `name=VALUE`; undefined when it is empty. */
function valueOf(name: string, args: readonly string[]): string | undefined {
  const position = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  const found = args[position];
  const value = found === name ? args[position + 1] : found?.slice(name.length + 1);
  return value === undefined || value === '' || value.startsWith('--') ? undefined : value;
}
