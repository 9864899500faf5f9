// The tray: the worst state of the fleets that are open, in shape and words, and the ways back to their windows.
import { Menu, nativeImage, Tray } from 'electron';
import { toMusterError } from '../../core/common/muster-error.ts';
import type { Fleet } from './fleet.ts';
import { type FleetSign, fleetWords, signOf } from './fleet-words.ts';
import { drawSign, ICON_SIZE } from './tray-icon.ts';

export interface TrayActions {
  show(fleet: Fleet): void;
  quit(): void;
}

export class FleetTray {
  readonly #actions: TrayActions;
  #tray: Tray | undefined;
  #shown = '';

  constructor(actions: TrayActions) {
    this.#actions = actions;
  }

  /** Throws nothing: a desktop without trays is told to `failed`, and goes on without. */
  start(failed: (reason: string) => void): void {
    try {
      this.#tray = new Tray(imageOf('unknown'));
      this.#tray.setToolTip('Muster');
    } catch (error) {
      failed(toMusterError(error).message);
    }
  }

  /** Touches the tray only where it would look otherwise. */
  update(fleets: readonly Fleet[]): void {
    const tray = this.#tray;
    if (tray === undefined) return;
    const lines = fleets.map((fleet) => fleetWords(fleet.context.name, fleet.counts));
    const sign = signOf(fleets.map(({ counts }) => counts));
    const shown = [sign, ...lines].join('\n');
    if (shown === this.#shown) return;
    this.#shown = shown;
    tray.setImage(imageOf(sign));
    tray.setToolTip(['Muster', ...lines].join('\n'));
    tray.setContextMenu(
      Menu.buildFromTemplate([
        ...fleets.map((fleet, index) => ({ label: lines[index] ?? '', click: () => this.#actions.show(fleet) })),
        { type: 'separator' },
        { label: 'Quit', click: () => this.#actions.quit() },
      ]),
    );
  }

  stop(): void {
    this.#tray?.destroy();
    this.#tray = undefined;
  }
}

function imageOf(sign: FleetSign): Electron.NativeImage {
  return nativeImage.createFromBitmap(drawSign(sign), { width: ICON_SIZE, height: ICON_SIZE, scaleFactor: 2 });
}
