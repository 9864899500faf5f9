// What file-lock.mjs gives.

/** Waits for the lock; `onWait` is told once, where another process holds it. Gives what gives it back. */
export function acquireLock(path: string, onWait?: (owner: number) => void): Promise<() => Promise<void>>;

/** Takes the lock where nobody holds it. Its folder must be there. */
export function tryLock(path: string): { release: () => void } | { heldBy: number };

/** The process that holds the lock; undefined where none does. */
export function lockHolder(path: string): number | undefined;
