// Containers: what each uses from its control group, with name, image and state where a runtime's socket may be read.

import { MusterError } from '../../core/common/muster-error.ts';
import { type Collector, perSecond, type RowSink, type Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { assertCgroupV2, type CgroupUsage, readCgroup } from './cgroup.ts';
import { type ContainerGroup, findContainerGroups } from './container-groups.ts';
import { askContainers, type ContainerInfo, findContainerSocket, hasContainerRuntime, shortId } from './container-names.ts';

const READ_EVERY_MS = 10_000;
/** New containers show after this at the latest. */
const LOOK_AGAIN_EVERY_MS = 30_000;

/** Where the names come from; staged in tests. */
export interface ContainerNames {
  find(): string | undefined;
  ask(socket: string): Promise<ContainerInfo[]>;
}

// Without a runtime nobody misses what control groups of version 1 do not give.
function findRoot(roots: HostRoots): string {
  try {
    return assertCgroupV2(roots.sys);
  } catch (error) {
    if (hasContainerRuntime(roots)) throw error;
    throw new MusterError('not_found', `no container runtime is here, and ${(error as Error).message}`, error);
  }
}

function hostNames(roots: HostRoots): ContainerNames {
  return { find: () => findContainerSocket(roots), ask: askContainers };
}

/** The row of one container, in the order of the collector's fields. */
function toRow(info: ContainerInfo | undefined, now: CgroupUsage, before: CgroupUsage | undefined, seconds: number): number[] {
  const rate = (key: 'cpuMicroseconds' | 'throttledMicroseconds' | 'readBytes' | 'writtenBytes'): number =>
    perSecond(now[key], before?.[key] ?? Number.NaN, seconds);
  return [
    1,
    toHealth(info),
    rate('cpuMicroseconds') / 10_000,
    rate('throttledMicroseconds') / 10_000,
    now.memoryBytes,
    now.memoryLimitBytes,
    now.memoryLimitBytes > 0 ? (now.memoryBytes / now.memoryLimitBytes) * 100 : Number.NaN,
    rate('readBytes'),
    rate('writtenBytes'),
    now.pids,
    now.oomKills,
  ];
}

function toHealth(info: ContainerInfo | undefined): number {
  return info?.healthy === undefined ? Number.NaN : Number(info.healthy);
}

const ABSENT = new Array<number>(9).fill(Number.NaN);

/** While nobody answers, what lives keeps its name; its health, and what has ended, nobody knows then. */
function keptNames(groups: readonly ContainerGroup[], infos: ReadonlyMap<string, ContainerInfo>): Map<string, ContainerInfo> {
  return new Map(
    groups.flatMap(({ id }) => {
      const info = infos.get(id);
      return info === undefined ? [] : [[id, { ...info, state: 'running', healthy: undefined }]];
    }),
  );
}

export function createContainersCollector(roots: HostRoots, names: ContainerNames = hostNames(roots)): Collector {
  let groups: ContainerGroup[] = [];
  let infos = new Map<string, ContainerInfo>();
  let problem: string | undefined;
  let isSlow = false;
  let lookedMs = Number.NEGATIVE_INFINITY;
  let before = new Map<string, CgroupUsage>();
  let beforeMs = 0;

  /** Throws `not_found` where there neither is nor can be a container. */
  const look = async (root: string): Promise<void> => {
    problem = undefined;
    isSlow = false;
    groups = findContainerGroups(root, (limit) => {
      problem = `there are more than ${limit} control groups: containers in the others were not looked for`;
    });
    try {
      const socket = names.find();
      if (socket !== undefined) infos = new Map((await names.ask(socket)).map((info) => [info.id, info]));
      else if (groups.length === 0) throw new MusterError('not_found', 'no container runs here');
      else infos = new Map();
    } catch (error) {
      if (error instanceof MusterError && error.code === 'not_found') throw error;
      // The ids are names too.
      problem = (error as Error).message;
      isSlow = !(error instanceof MusterError && error.code === 'permission_denied');
      infos = keptNames(groups, infos);
    }
  };

  const addRows = (rows: RowSink, tick: Tick): void => {
    const seconds = (tick.monotonicMs - beforeMs) / 1000;
    const now = new Map<string, CgroupUsage>();
    if (problem !== undefined) rows.problem(problem);
    for (const { id, runtime, folder } of groups) {
      const usage = readCgroup(folder, true);
      // It ended since they were looked for.
      if (usage === undefined) continue;
      now.set(id, usage);
      const info = infos.get(id);
      const tags = [info?.name ?? shortId(id), info?.image ?? ''];
      rows.add(tags, toRow(info, usage, before.get(id), seconds), [info?.state ?? 'running', shortId(id), runtime]);
    }
    for (const info of infos.values()) {
      if (now.has(info.id) || info.state === 'running') continue;
      rows.add([info.name, info.image], [0, toHealth(info), ...ABSENT], [info.state, shortId(info.id)]);
    }
    before = now;
    beforeMs = tick.monotonicMs;
  };

  return {
    measurement: 'containers',
    tags: ['container', 'image'],
    fields: [
      'running',
      'healthy',
      'cpu_percent',
      'cpu_throttled_percent',
      'memory_bytes',
      'memory_limit_bytes',
      'memory_percent',
      'read_bytes_per_second',
      'write_bytes_per_second',
      'pids',
      'oom_kills',
    ],
    textFields: ['state', 'container_id', 'runtime'],
    maxRows: 200,
    intervalMs: READ_EVERY_MS,
    liveIntervalMs: 1000,
    collect(rows: RowSink, tick: Tick): void | Promise<void> {
      const root = findRoot(roots);
      if (tick.monotonicMs - lookedMs < LOOK_AGAIN_EVERY_MS) return addRows(rows, tick);
      return look(root).then(() => {
        // One that did not answer is asked again at the next reading.
        lookedMs = isSlow ? tick.monotonicMs - LOOK_AGAIN_EVERY_MS + READ_EVERY_MS : tick.monotonicMs;
        addRows(rows, tick);
      });
    },
    close(): void {
      lookedMs = Number.NEGATIVE_INFINITY;
    },
  };
}
