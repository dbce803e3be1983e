/**
 * Takes the window's messages over Electron's IPC: only from the window's own page, and only those of the contract.
 */
import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { z } from 'zod';
import {
  desktopChannels as channels,
  longestDesktopText,
  type ShellState,
} from '../../src-shared/desktop-api.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Host } from '../host/host.ts';
import { isOwnSender } from './own-sender.ts';
import { WindowSession } from './window-session.ts';

export type WindowCalls = {
  /** The contents of the window's page; undefined while there is none. */
  readonly contents: () => WebContents | undefined;
  readonly isSeen: () => boolean;
  readonly shell: () => ShellState;
  readonly chooseModelFile: () => Promise<string | null>;
  readonly openLogs: () => Promise<void>;
  readonly installUpdate: () => Promise<void>;
};

export type WindowLink = {
  /** Tells the window the state of the app. */
  tellShell(): void;
  /** The window can be seen again. */
  seen(): void;
  /** The page is gone, or another one takes its place: its chats are cancelled. */
  endSession(): void;
};

const textSchema = z.string().min(1).max(longestDesktopText);

export function serveWindow(host: Host, calls: WindowCalls): WindowLink {
  let session: WindowSession | undefined;
  const refuse = (channel: string): AppError => {
    const message = `A message on ${channel} was no message of the window.`;
    host.log.write('warn', 'window', message);
    return new AppError('protocol-violation', message);
  };
  const send = (channel: string, payload: unknown): void => {
    const contents = calls.contents();
    if (contents !== undefined && !contents.isDestroyed()) {
      contents.send(channel, payload);
    }
  };
  const endSession = (): void => {
    session?.close();
    session = undefined;
  };
  const isOwn = (event: IpcMainEvent | IpcMainInvokeEvent): boolean =>
    isOwnSender(event, calls.contents());
  const listen = (channel: string, take: (payload: unknown) => void): void => {
    ipcMain.on(channel, (event, ...payload: unknown[]) => {
      if (!isOwn(event) || payload.length > 1) {
        refuse(channel);
      } else {
        take(payload[0]);
      }
    });
  };
  const handle = <T>(channel: string, run: () => Promise<T>): void => {
    ipcMain.handle(channel, (event, ...payload: unknown[]) => {
      if (!isOwn(event) || payload.length > 0) {
        throw refuse(channel);
      }
      return run();
    });
  };
  const tellShell = (): void => send(channels.shell, calls.shell());

  listen(channels.open, () => {
    endSession();
    session = new WindowSession(host, {
      send: (text) => send(channels.text, text),
      isSeen: calls.isSeen,
    });
  });
  listen(channels.text, (payload) => {
    const text = textSchema.safeParse(payload);
    if (text.success) {
      session?.receive(text.data);
    } else {
      refuse(channels.text);
    }
  });
  listen(channels.shell, tellShell);
  handle(channels.chooseModelFile, calls.chooseModelFile);
  handle(channels.openLogs, calls.openLogs);
  handle(channels.installUpdate, calls.installUpdate);
  return { tellShell, seen: () => session?.seen(), endSession };
}
