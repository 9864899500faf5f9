// The only place that listens to a page: its channel, its frame and its origin are checked before anybody sees a message.
import type { IpcMain, IpcMainEvent, WebFrameMain } from 'electron';
import { CHANNEL_PREFIX } from '../common/preload-bridge.ts';
import { isOwnPage } from './page-address.ts';

/** What is looked at of a sender. */
export interface Sender {
  /** Null when the frame is gone already. */
  senderFrame: Pick<WebFrameMain, 'url' | 'parent'> | null;
}

/** Why a message must not be heard; empty where it may. */
export function refusalOf(channel: string, { senderFrame }: Sender): string {
  if (!channel.startsWith(CHANNEL_PREFIX)) return `channel ${channel} is none of ours`;
  if (senderFrame === null) return 'its frame is gone';
  if (senderFrame.parent !== null) return 'it comes from a frame within the page';
  if (!isOwnPage(senderFrame.url)) return 'it comes from a page that is none of ours';
  return '';
}

/** Listens to a channel until the returned end; what is refused is reported and goes no further. */
export function listenToPages(
  ipcMain: Pick<IpcMain, 'on' | 'off'>,
  channel: string,
  listener: (event: IpcMainEvent, message: unknown) => void,
  refused: (reason: string) => void,
): () => void {
  const hear = (event: IpcMainEvent, message: unknown): void => {
    const reason = refusalOf(channel, event);
    if (reason === '') listener(event, message);
    else refused(reason);
  };
  ipcMain.on(channel, hear);
  return () => void ipcMain.off(channel, hear);
}
