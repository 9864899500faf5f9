// The system's dialog for the file of an export.
import { extname } from 'node:path';
import { BrowserWindow, dialog } from 'electron';

/** Null where the operator chose none. */
export async function chooseFile(name: string): Promise<string | null> {
  const ending = extname(name).slice(1);
  const options = { defaultPath: name, filters: [{ name: ending, extensions: [ending] }] };
  const window = BrowserWindow.getFocusedWindow();
  const { canceled, filePath } = await (window === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(window, options));
  return canceled || filePath === undefined || filePath === '' ? null : filePath;
}
