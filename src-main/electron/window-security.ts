/**
 * What the desktop window may do: show its own pages and nothing else. Electron asks these functions at every
 * navigation, message and permission. Pure.
 */

import { contentPolicy } from '../base/content-policy.ts';

/** Where the window's files are served, by a protocol of our own instead of file://. */
export const appOrigin = 'app://mindmesh';

/** Headers of every response of that protocol. Scripts and styles come from files alone; all data comes over IPC. */
export const appHeaders = {
  'content-security-policy': contentPolicy(),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * Whether an address, as Chromium writes it, is one of the window's own pages: the only ones to navigate to, and to
 * take messages from. The host of an address ends at its first slash, so no other host begins like this.
 */
export function isAppPage(address: string): boolean {
  return address.startsWith(`${appOrigin}/`);
}

/** Whether the window may request an address at all; its pages need only their own files. */
export function allowsRequest(address: string): boolean {
  return isAppPage(address) || address.startsWith('data:image/');
}

/** Longest address that the owner's browser gets. */
const longestLink = 2048;

/**
 * Whether a clicked address may be opened in the owner's browser. Only secure web pages may: other addresses can
 * start programs.
 */
export function isWebLink(address: string): boolean {
  const url = address.length <= longestLink ? URL.parse(address) : null;
  return (
    url !== null &&
    url.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    // The address is exactly as Chromium writes it, so that no other program reads it differently.
    url.href === address
  );
}

/** Pages may write plain text to the clipboard, for the copy buttons; every other permission is denied. */
export function allowsPermission(permission: string, requestingAddress: string): boolean {
  return permission === 'clipboard-sanitized-write' && isAppPage(requestingAddress);
}
