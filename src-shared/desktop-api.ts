/**
 * What the desktop window can do beside talking to the host: the contract between Electron's preload script, which
 * offers it as `window.mindmesh`, and the window. A browser has none of it. Messages of the host are the JSON texts
 * of host-api.ts, as over a WebSocket.
 */
import { z } from 'zod';
import { views } from './views.ts';

/** `version`: the newer version. `message`: one sentence for the owner. */
const updateStateSchema = z.object({
  /** `off`: no search, because the owner chose so or because this is no installed app. */
  state: z.enum(['off', 'none', 'checking', 'downloading', 'ready', 'failed']),
  version: z.string().max(100).optional(),
  message: z.string().max(1000).optional(),
});
export type UpdateState = z.infer<typeof updateStateSchema>;

/** A link with which another program opened MindMesh. */
export const deepLinkSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('chat') }),
  /** The invite is unchecked base64url text; joining also needs the owner's confirmation. */
  z.object({ kind: z.literal('join'), invite: z.string().max(2048) }),
]);
export type DeepLink = z.infer<typeof deepLinkSchema>;

/** The state of the app around the window. Every change sends the whole state again. */
export const shellStateSchema = z.object({
  update: updateStateSchema,
  /** The view that the owner last chose in the tray or by a link; null leaves the window where it is. */
  view: z.enum(views).nullable(),
  deepLink: deepLinkSchema.nullable(),
  /**
   * Counts the requests for `view` and `deepLink`, also repeated ones: the window follows when the number is a new
   * one. 0 before the first request.
   */
  request: z.int().min(0),
  /** Closing the window leaves the app running in the tray; without a tray the app quits. */
  hasTray: z.boolean(),
});
export type ShellState = z.infer<typeof shellStateSchema>;

/** `window.mindmesh`. The promises reject when the page is not the app's own. */
export type DesktopApi = {
  readonly platform: 'win32' | 'darwin' | 'linux';
  /** Sends one message to the host. Responses before a call of `onText` are lost. */
  send(text: string): void;
  /**
   * Sets the listener for messages of the host. The first call opens the session, and a snapshot follows. A later
   * listener replaces the one before.
   */
  onText(listener: (text: string) => void): void;
  /**
   * Sets the listener for the app's state, which gets it at once and at every change. A later listener replaces the
   * one before.
   */
  onShell(listener: (state: ShellState) => void): void;
  /** Asks for a GGUF file with the system's dialog. Resolves to its path, or to null when the owner chose none. */
  chooseModelFile(): Promise<string | null>;
  /** Shows the folder of the logs in the system's file manager. */
  openLogs(): Promise<void>;
  /** Quits, installs the update that is `ready` and starts again; does nothing in any other state. */
  installUpdate(): Promise<void>;
};

/** Longest message between window and host, in UTF-16 units; a very long conversation fits. */
export const longestDesktopText = 4 * 1024 * 1024;

/**
 * Channels of Electron's IPC. A sandboxed preload script cannot import anything at run time, so it repeats these
 * names, and this type checks them.
 */
export type DesktopChannels = {
  /** Window to host: a message; and that the window listens now. */
  readonly text: 'mindmesh:text';
  readonly open: 'mindmesh:open';
  /** Window to app. */
  readonly chooseModelFile: 'mindmesh:choose-model-file';
  readonly openLogs: 'mindmesh:open-logs';
  readonly installUpdate: 'mindmesh:install-update';
  /** Both ways: a request for the state of the app, and the state. */
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
