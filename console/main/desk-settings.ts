// Settings of the desktop program itself, which all its windows share.
import { LEAST_ZOOM_PERCENT, MOST_ZOOM_PERCENT } from '../common/desk-api.ts';
import { readKept } from './kept-file.ts';

export interface DeskSettings {
  notifications: boolean;
  zoomPercent: number;
}

const FIRST: DeskSettings = { notifications: true, zoomPercent: 100 };

/** Those in the file; the first ones for what it does not have. */
export function readDeskSettings(path: string): DeskSettings {
  return readKept(
    path,
    (value) => {
      const { notifications, zoomPercent } = value as Record<string, unknown>;
      return {
        notifications: typeof notifications === 'boolean' ? notifications : FIRST.notifications,
        zoomPercent: typeof zoomPercent === 'number' ? toZoom(zoomPercent) : FIRST.zoomPercent,
      };
    },
    FIRST,
  );
}

/** The nearest zoom there is. */
export function toZoom(percent: number): number {
  return Number.isFinite(percent) ? Math.min(MOST_ZOOM_PERCENT, Math.max(LEAST_ZOOM_PERCENT, Math.round(percent))) : FIRST.zoomPercent;
}
