// Exports of the desktop console: the operator chooses the file in the system's dialog, and it gets its name only when it is whole.
import { extname } from 'node:path';
import { BrowserWindow, dialog } from 'electron';
import type { ExportFile, ExportTarget } from '../host/exports.ts';
import { openSavedFile } from './saved-file.ts';

export class SaveTarget implements ExportTarget {
  async open(name: string): Promise<ExportFile | null> {
    const ending = extname(name).slice(1);
    const options = { defaultPath: name, filters: [{ name: ending, extensions: [ending] }] };
    const window = BrowserWindow.getFocusedWindow();
    const { canceled, filePath } = await (window === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(window, options));
    if (canceled || filePath === undefined || filePath === '') return null;
    return openSavedFile(filePath);
  }
}
