// What an operator settles once and finds again: saved views, theme, recent places. One place of JSON in this window's storage, bounded,
// and never in the way: content of another version, of a stranger or of nobody is as good as none.
import { Store } from './store.ts';

/** Before every key, so that the storage holds nothing of ours under another name. */
const PREFIX = 'muster.';
/** Of one value, in UTF-16 units: a hundred saved queries of a page each. All together stay far below the 5 MB a storage has. */
const MAX_LENGTH = 256 * 1024;

/** The part of `localStorage` that is used. */
export type PreferenceStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Why the last preference could not be kept, as one sentence; empty where all is well. The frame shows it. */
export const preferenceTrouble = new Store('');

/** Fingerprint of this window's fleet; empty until it is known. */
let fleet = '';
const ofFleet = new Set<(fleet: string) => void>();
const known = new Map<string, (json: string | null) => void>();

class Preference<T> extends Store<T> {
  readonly #keep: (value: T) => void;

  constructor(value: T, keep: (value: T) => void) {
    super(value);
    this.#keep = keep;
  }

  override set(value: T): void {
    if (Object.is(value, this.get())) return;
    this.#keep(value);
    super.set(value);
  }

  /** Another window has set it: nothing to keep. */
  adopt(value: T): void {
    super.set(value);
  }
}

/**
 * A store whose value outlives the window and is the same in all windows.
 * @param key of letters and dots, as `fleet.views`
 * @param initial what counts while nothing is kept, or nothing that can be read
 * @param parse makes a value of kept JSON; undefined, or throwing, where it is none. It must bound what it lets in: lists by their length.
 */
export function createPreference<T>(
  key: string,
  initial: T,
  parse: (kept: unknown) => T | undefined,
  storage: PreferenceStorage | undefined = windowStorage(),
): Store<T> {
  const name = PREFIX + key;
  const read = (json: string | null): T => (json === null ? initial : (parsed(json, parse) ?? initial));
  const preference = new Preference<T>(read(kept(storage, name)), (value) => {
    preferenceTrouble.set(keep(storage, name, value));
  });
  known.set(name, (json) => preference.adopt(read(json)));
  return preference;
}

/**
 * As `createPreference`, of one fleet: for whatever names something of it. Windows of other fleets neither have it nor hear of it. Until the
 * window knows its fleet, it holds what is set and keeps nothing.
 */
export function createFleetPreference<T>(
  key: string,
  initial: T,
  parse: (kept: unknown) => T | undefined,
  storage: PreferenceStorage | undefined = windowStorage(),
): Store<T> {
  let name = '';
  const read = (json: string | null): T => (json === null ? initial : (parsed(json, parse) ?? initial));
  const preference = new Preference<T>(initial, (value) => {
    if (name !== '') preferenceTrouble.set(keep(storage, name, value));
  });
  const choose = (of: string): void => {
    const early = name === '' && !Object.is(preference.get(), initial);
    known.delete(name);
    name = `${PREFIX}${of}.${key}`;
    known.set(name, (json) => preference.adopt(read(json)));
    adoptShared(storage, PREFIX + key, name);
    const json = kept(storage, name);
    if (json === null && early) preferenceTrouble.set(keep(storage, name, preference.get()));
    else preference.adopt(read(json));
  };
  ofFleet.add(choose);
  if (fleet !== '') choose(fleet);
  return preference;
}

/** Which fleet this window shows, by its fingerprint. */
export function chooseFleet(of: string): void {
  if (of === '' || of === fleet) return;
  fleet = of;
  for (const choose of ofFleet) choose(of);
}

/** What an earlier version kept for all fleets alike goes to the first one that looks for it. */
function adoptShared(storage: PreferenceStorage | undefined, shared: string, name: string): void {
  const json = kept(storage, shared);
  if (json === null || storage === undefined) return;
  try {
    if (kept(storage, name) === null) storage.setItem(name, json);
    storage.removeItem(shared);
  } catch {
    // A full storage keeps it where it is.
  }
}

/** Follows what other windows set, from now on. */
export function followOtherWindows(): void {
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key !== null) known.get(key)?.(newValue);
  });
}

function parsed<T>(json: string, parse: (kept: unknown) => T | undefined): T | undefined {
  if (json.length > MAX_LENGTH) return undefined;
  try {
    return parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function kept(storage: PreferenceStorage | undefined, name: string): string | null {
  try {
    return storage?.getItem(name) ?? null;
  } catch {
    return null;
  }
}

/** Empty where it was kept. */
function keep(storage: PreferenceStorage | undefined, name: string, value: unknown): string {
  const what = `The setting ${name.slice(PREFIX.length)} counts in this window only`;
  const json = JSON.stringify(value);
  if (json.length > MAX_LENGTH) return `${what}: it has ${json.length} characters, and ${MAX_LENGTH} can be kept. Remove some of it.`;
  if (storage === undefined) return `${what}: this window has no storage.`;
  try {
    storage.setItem(name, json);
    return '';
  } catch (error) {
    return `${what}: the storage does not take it (${error instanceof Error ? error.name : String(error)}).`;
  }
}

/** Undefined outside a window, and where the browser forbids it. */
function windowStorage(): PreferenceStorage | undefined {
  try {
    return typeof window === 'undefined' ? undefined : window.localStorage;
  } catch {
    return undefined;
  }
}
