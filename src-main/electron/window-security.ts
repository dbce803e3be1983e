/**
 * What the desktop window may do: show its own pages and nothing else. Electron asks these functions at every
 * navigation, message and permission. Pure.
 */

import { contentPolicy } from '../base/content-policy.ts';

/** Where the window's files are served, by a protocol of our own instead of file://. */
export const appOrigin = 'app://mindmesh';

/** Headers of every answer of that protocol. Scripts and styles come from files alone; all data comes over IPC. */
export const appHeaders = {
  'content-security-policy': contentPolicy(),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * Whether an address, as Chromium writes it, is one of the window's own pages: a place to navigate to, or a frame to
 * take a message from. An address's host ends at its first slash, so none but ours begins like this.
 */
export function isAppPage(address: string): boolean {
  return address.startsWith(`${appOrigin}/`);
}

/** Whether the window may ask for something at all; what its pages need comes from themselves. */
export function allowsRequest(address: string): boolean {
  return isAppPage(address) || address.startsWith('data:image/');
}

/** Longest address that is handed to the owner's browser. */
const longestLink = 2048;

/**
 * Whether an address that was clicked may be opened in the owner's browser. Only secure web pages: what else the system
 * would open can start programs.
 */
export function isWebLink(address: string): boolean {
  const url = address.length <= longestLink ? URL.parse(address) : null;
  return (
    url !== null &&
    url.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    // As Chromium writes it, so that nothing reads it as something else.
    url.href === address
  );
}

/** Writing plain text to the clipboard is what the copy buttons do; everything else is denied. */
export function allowsPermission(permission: string, requestingAddress: string): boolean {
  return permission === 'clipboard-sanitized-write' && isAppPage(requestingAddress);
}
