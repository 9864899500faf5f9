// What is done where a disk fails under a spool.

/** https://sqlite.org/rescode.html: ERROR, CORRUPT, NOTADB. */
export function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code === undefined || [1, 11, 26].includes(code & 0xff);
}

/** A file that cannot be used is let go: it is locked for whoever has it open. */
export function orClose<T>(file: { close(): void }, work: () => T): T {
  try {
    return work();
  } catch (error) {
    attempt(() => file.close());
    throw error;
  }
}

/** What a failing disk does not do now is done another time. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** A disk that failed may fail here too. Acknowledged batches of which a full one takes no note stay in the file and are sent once more. */
export function closeQuietly(spool: { close(): void }): void {
  attempt(() => spool.close());
}
