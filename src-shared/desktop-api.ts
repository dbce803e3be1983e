/**
 * What the desktop window can do beyond talking to the host: the contract between Electron's preload script, which
 * offers it as `window.mindmesh`, and the window. A browser has none of it. Messages of the host are the JSON texts
 * of host-api.ts, as over a WebSocket.
 */
import { z } from 'zod';
import { views } from './views.ts';

/** `version` is the newer one, `message` one sentence for people. */
const updateStateSchema = z.object({
  /** `off`: not searched for, because the owner chose so or because this is no installed app. */
  state: z.enum(['off', 'none', 'checking', 'downloading', 'ready', 'failed']),
  version: z.string().max(100).optional(),
  message: z.string().max(1000).optional(),
});
export type UpdateState = z.infer<typeof updateStateSchema>;

/** A link with which another program opened MindMesh. */
export const deepLinkSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('chat') }),
  /** The invite is base64url text as yet unread; joining also takes the owner's yes. */
  z.object({ kind: z.literal('join'), invite: z.string().max(2048) }),
]);
export type DeepLink = z.infer<typeof deepLinkSchema>;

/** What the app around the window is doing. The whole state is told again whenever any of it changes. */
export const shellStateSchema = z.object({
  update: updateStateSchema,
  /** Where the owner wants to be, by the last click in the tray or the last link; null leaves the window as it is. */
  view: z.enum(views).nullable(),
  deepLink: deepLinkSchema.nullable(),
  /**
   * Counts `view` and `deepLink` up whenever one is asked for, also for the same again: go there when the number
   * is not the one seen last. 0 before anybody asked.
   */
  request: z.int().min(0),
  /** Closing the window leaves the app running in the tray; without a tray it quits. */
  hasTray: z.boolean(),
});
export type ShellState = z.infer<typeof shellStateSchema>;

/** `window.mindmesh`. The promises reject when the page is not the app's own. */
export type DesktopApi = {
  readonly platform: 'win32' | 'darwin' | 'linux';
  /** One message to the host; before `onText` they go nowhere useful, as their answers are not heard. */
  send(text: string): void;
  /** Messages of the host. The first call opens the session, so a snapshot follows; one listener, the last one. */
  onText(listener: (text: string) => void): void;
  /** The listener is told at once, and at every change. One listener, the last one. */
  onShell(listener: (state: ShellState) => void): void;
  /** Asks for a GGUF file with the system's own dialog; its path, or null when the owner chose none. */
  chooseModelFile(): Promise<string | null>;
  /** Shows the folder of the logs in the system's file manager. */
  openLogs(): Promise<void>;
  /** Quits, installs the update that is `ready` and starts again; does nothing in any other state. */
  installUpdate(): Promise<void>;
};

/** Longest message between window and host, in UTF-16 units: a very long conversation. */
export const longestDesktopText = 4 * 1024 * 1024;

/**
 * Channels of Electron's IPC. A sandboxed preload script cannot import anything at run time, so it writes these names
 * out and this type checks them.
 */
export type DesktopChannels = {
  /** Window to host: a message, and that the window listens now. */
  readonly text: 'mindmesh:text';
  readonly open: 'mindmesh:open';
  /** Window to app. */
  readonly chooseModelFile: 'mindmesh:choose-model-file';
  readonly openLogs: 'mindmesh:open-logs';
  readonly installUpdate: 'mindmesh:install-update';
  /** Both ways: asks for the state of the app, and tells it. */
  readonly shell: 'mindmesh:shell';
};
export const desktopChannels: DesktopChannels = {
  text: 'mindmesh:text',
  open: 'mindmesh:open',
  chooseModelFile: 'mindmesh:choose-model-file',
  openLogs: 'mindmesh:open-logs',
  installUpdate: 'mindmesh:install-update',
  shell: 'mindmesh:shell',
};
