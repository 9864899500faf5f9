// Asks before exports that are under way end with their window or their program.
import { dialog } from 'electron';

/** Whether they may end. */
export async function mayEndExports(count: number): Promise<boolean> {
  if (count === 0) return true;
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message: count === 1 ? 'An export is under way.' : `${count} exports are under way.`,
    detail: 'An export that ends early leaves no file.',
    buttons: [count === 1 ? 'Go on with it' : 'Go on with them', count === 1 ? 'End it' : 'End them'],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1;
}
