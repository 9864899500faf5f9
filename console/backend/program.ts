// The desktop program as its backends see it: asked for what only it can do, told what it shows.
import { MusterError, type MusterErrorCode } from '../../core/common/muster-error.ts';
import type { FavourName, Favours, FromBackend, SurfaceState, ToBackend } from '../host/backend-message.ts';
import type { DeskSurface } from '../host/context-desk.ts';
import type { ExportFile, ExportTarget } from '../host/exports.ts';
import { openSavedFile } from './saved-file.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: MusterError): void;
}

export class Program implements DeskSurface, ExportTarget {
  readonly #say: (message: FromBackend) => void;
  readonly #waiting = new Map<number, Waiting>();
  #surface: SurfaceState;
  #nextId = 1;

  constructor(surface: SurfaceState, say: (message: FromBackend) => void) {
    this.#surface = surface;
    this.#say = say;
  }

  /** An answer to what was asked. */
  receive(message: Extract<ToBackend, { kind: 'done' | 'failed' }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'done') waiting?.resolve(message.result);
    else waiting?.reject(new MusterError(message.error.code as MusterErrorCode, message.error.message));
  }

  setSurface(surface: SurfaceState): void {
    this.#surface = surface;
  }

  state(): SurfaceState {
    return this.#surface;
  }

  async openContext(name: string): Promise<void> {
    await this.#ask('openContext', name);
  }

  async setNotifications(on: boolean): Promise<void> {
    await this.#ask('setNotifications', on);
  }

  async setZoom(percent: number): Promise<void> {
    await this.#ask('setZoom', percent);
  }

  /** The operator chooses the file in the system's dialog, and it gets its name only when it is whole. */
  async open(name: string): Promise<ExportFile | null> {
    const path = await this.#ask('chooseFile', name);
    return path === null ? null : openSavedFile(path);
  }

  #ask<K extends FavourName>(name: K, argument: Favours[K]['argument']): Promise<Favours[K]['result']> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.#say({ kind: 'ask', id, name, argument } as FromBackend);
    });
  }
}
