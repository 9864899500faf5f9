// Which of two versions is newer. Pure.

/** `1.2.3` */
export const VERSION_PATTERN = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/;

/** Whether `other` comes after `own`. A version that is none comes before all. */
export function isNewer(other: string, own: string): boolean {
  const [a, b] = [other, own].map((version) => (VERSION_PATTERN.exec(version)?.slice(1) ?? []).map(Number)) as [number[], number[]];
  for (let i = 0; i < 3; i++) {
    const by = (a[i] ?? 0) - (b[i] ?? 0);
    if (by !== 0) return by > 0;
  }
  return false;
}
