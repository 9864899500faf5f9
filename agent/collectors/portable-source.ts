// What other systems than Linux tell: Node itself where it knows, else systeminformation, which runs the system's own programs.
import { cpus, loadavg, uptime } from 'node:os';
import type { Systeminformation as Si } from 'systeminformation';

/** Milliseconds a processor spent in each state since boot. */
export interface CpuTimes {
  user: number;
  nice: number;
  sys: number;
  idle: number;
  irq: number;
}

/** Staged in tests. What a system does not tell is null, whatever the library's types say. */
export interface PortableSource {
  readonly platform: string;
  cpuTimes(): CpuTimes[];
  loadAverages(): number[];
  uptimeSeconds(): number;
  memory(): Promise<Si.MemData>;
  filesystems(): Promise<Si.FsSizeData[] | null>;
  diskBytes(): Promise<Si.FsStatsData | null>;
  diskRequests(): Promise<Si.DisksIoData | null>;
  networks(): Promise<Si.NetworkStatsData[] | null>;
  processes(): Promise<Si.ProcessesData | null>;
  temperature(): Promise<{ main: number | null; cores: (number | null)[] } | null>;
  battery(): Promise<Si.BatteryData | null>;
}

/** The library takes megabytes, so it is loaded at the first question and only where it is needed. */
export function createHostSource(platform: string = process.platform): PortableSource {
  const load = () => import('systeminformation');
  return {
    platform,
    cpuTimes: () => cpus().map(({ times }) => times),
    loadAverages: () => loadavg(),
    uptimeSeconds: () => uptime(),
    memory: once(async () => (await load()).mem()),
    filesystems: async () => (await load()).fsSize(),
    diskBytes: async () => (await load()).fsStats(),
    diskRequests: async () => (await load()).disksIO(),
    networks: async () => (await load()).networkStats('*'),
    processes: async () => (await load()).processes(),
    temperature: async () => (await load()).cpuTemperature(),
    battery: async () => (await load()).battery(),
  };
}

/** Two collectors that ask in one tick get one answer: each question may start a program. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= ask().finally(() => {
      running = undefined;
    });
    return running;
  };
}
