// What the parts of an installation on this machine cost meanwhile: CPU over the time and memory at its end.
import { cpuSeconds, residentBytes } from '../process/process-info.ts';
import type { UpRecord } from '../state/up-record.ts';

export interface PartCost {
  name: string;
  /** Of one core. */
  cpuPercent: number;
  rssBytes: number;
}

/** Begins to measure; call what it returns at the end. Empty where nothing runs here. */
export function measureParts(record: UpRecord | undefined): () => PartCost[] {
  const startedMs = performance.now();
  const before = (record?.parts ?? []).filter(({ pid }) => pid > 0).map(({ name, pid }) => ({ name, pid, seconds: cpuSeconds(pid) }));
  return () => {
    const elapsed = Math.max(1, performance.now() - startedMs) / 1000;
    return before.flatMap(({ name, pid, seconds }) => {
      const now = cpuSeconds(pid);
      const rssBytes = residentBytes(pid);
      // One that was restarted meanwhile is another process.
      if (seconds === undefined || now === undefined || rssBytes === undefined) return [];
      return [{ name, cpuPercent: ((now - seconds) * 100) / elapsed, rssBytes }];
    });
  };
}
