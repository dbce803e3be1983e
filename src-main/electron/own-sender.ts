/** Whether a message over Electron's IPC comes from the window's own page, and from no frame inside it. Pure. */
import { isAppPage } from './window-security.ts';

/** The parts of Electron's `IpcMainEvent` and `WebContents` that are needed. A frame that is gone reads as null. */
export type MessageOrigin<Frame extends { readonly url: string }> = {
  readonly sender: unknown;
  readonly senderFrame: Frame | null;
};
export type OwnContents<Frame> = {
  isDestroyed(): boolean;
  readonly mainFrame: Frame;
};

export function isOwnSender<Frame extends { readonly url: string }>(
  { sender, senderFrame }: MessageOrigin<Frame>,
  contents: OwnContents<Frame> | undefined,
): boolean {
  return (
    contents !== undefined &&
    sender === contents &&
    !contents.isDestroyed() &&
    senderFrame !== null &&
    senderFrame === contents.mainFrame &&
    isAppPage(senderFrame.url)
  );
}
