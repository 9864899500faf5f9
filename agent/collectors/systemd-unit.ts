// Services of systemd: their states from `systemctl show` once a minute, what they use straight from their control groups.
import { join } from 'node:path';
import { type Collector, perSecond, type RowSink, type Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { assertCgroupV2, type CgroupUsage, readCgroup } from './cgroup.ts';
import { assertSystemd, parseProperties, SYSTEMCTL_LIMIT_MS, type SystemManager } from './systemd.ts';
import { isNamedByChance, templateOf } from './unit-names.ts';

const READ_EVERY_MS = 10_000;
const ASK_EVERY_MS = 60_000;
/** A service that was stopped is shown as inactive for so long, that an alarm can see it. */
const SHOW_STOPPED_MS = 600_000;

// systemd answers with all properties of each unit, so it is asked only for those that live.
const ARGUMENTS = [
  '--property=Id,ActiveState,SubState,NRestarts,ControlGroup,Result',
  '--state=active,reloading,activating,deactivating,failed',
  '--',
  '*.service',
];

export interface Service {
  name: string;
  activeState: string;
  subState: string;
  /** How its last run ended: success, exit-code, oom-kill, timeout … */
  result: string;
  restarts: number;
  /** Path of its control group below the root; empty where nothing of it runs. */
  controlGroup: string;
}

/** Without those whose names never come again, unless `each` is wanted. */
export function parseServices(text: string, each = false): Service[] {
  return parseProperties(text).flatMap((unit) => {
    const name = unit.get('Id')?.replace(/\.service$/, '');
    if (name === undefined || (!each && isNamedByChance(name))) return [];
    return {
      name,
      activeState: unit.get('ActiveState') ?? '',
      subState: unit.get('SubState') ?? '',
      result: unit.get('Result') ?? '',
      restarts: Number.parseInt(unit.get('NRestarts') ?? '', 10),
      controlGroup: unit.get('ControlGroup') ?? '',
    };
  });
}

/**
 * What comes and goes, one row for all of a template: active while one is, failed while one is, counts added up. With `each`, every unit stands
 * for itself.
 */
export function foldServices(services: readonly Service[], each: boolean): FoldedService[] {
  const folded = new Map<string, Service[]>();
  for (const service of services) {
    const name = (each ? undefined : templateOf(service.name)) ?? service.name;
    const members = folded.get(name);
    if (members === undefined) folded.set(name, [service]);
    else members.push(service);
  }
  return [...folded].map(([name, members]) => ({ name, members }));
}

export interface FoldedService {
  name: string;
  members: readonly Service[];
}

/** The services to show: those of the last answer, and those that ran and are in it no more, for a while. */
export class ServiceList {
  services: readonly Service[] = [];
  #text: string | undefined;
  #each = false;
  readonly #stopped = new Map<string, { service: Service; sinceMs: number }>();

  /** With `each`, units that come and go are among them. */
  update(text: string, nowMs: number, each: boolean): void {
    if (text !== this.#text || each !== this.#each) {
      const before = this.services;
      this.#text = text;
      this.#each = each;
      // Failed ones first, so that a cap leaves out none of them.
      this.services = parseServices(text, each).sort((a, b) => Number(b.activeState === 'failed') - Number(a.activeState === 'failed'));
      const names = new Set(this.services.map(({ name }) => name));
      for (const service of before) {
        if (service.subState !== 'running' || names.has(service.name) || this.#isOneOfMany(service.name)) continue;
        this.#stopped.set(service.name, {
          service: { ...service, activeState: 'inactive', subState: 'dead', controlGroup: '' },
          sinceMs: nowMs,
        });
      }
      for (const name of names) this.#stopped.delete(name);
    }
    for (const [name, { sinceMs }] of this.#stopped) if (nowMs - sinceMs > SHOW_STOPPED_MS) this.#stopped.delete(name);
  }

  // That one of these is gone is no news.
  #isOneOfMany(name: string): boolean {
    return !this.#each && templateOf(name) !== undefined;
  }

  *[Symbol.iterator](): Iterator<Service> {
    yield* this.services;
    for (const { service } of this.#stopped.values()) yield service;
  }
}

/** `transient`: are units that come and go wanted, each with a series of its own? */
export function createSystemdUnitCollector(roots: HostRoots, manager: SystemManager, transient = (): boolean => false): Collector {
  const list = new ServiceList();
  let before = new Map<string, CgroupUsage>();
  let beforeMs = 0;

  const addRows = (rows: RowSink, tick: Tick): void => {
    const root = cgroupRoot(roots.sys, rows);
    const seconds = (tick.monotonicMs - beforeMs) / 1000;
    const now = new Map<string, CgroupUsage>();
    for (const { name, members } of foldServices([...list], transient())) {
      const usages = members.map((service) => {
        const { controlGroup } = service;
        const usage = root !== undefined && controlGroup !== '' ? readCgroup(join(root, controlGroup), false) : undefined;
        if (usage !== undefined) now.set(service.name, usage);
        const earlier = before.get(service.name)?.cpuMicroseconds ?? Number.NaN;
        const cpu = perSecond(usage?.cpuMicroseconds ?? Number.NaN, earlier, seconds) / 10_000;
        const { memoryBytes = Number.NaN, pids = Number.NaN, oomKills = Number.NaN } = usage ?? {};
        return [service.restarts, cpu, memoryBytes, pids, oomKills];
      });
      const active = members.some(({ activeState }) => activeState === 'active' || activeState === 'reloading') ? 1 : 0;
      // The worst of them says how it is.
      const shown = members.find(({ activeState }) => activeState === 'failed') ?? (members[0] as Service);
      const failed = shown.activeState === 'failed' ? 1 : 0;
      const sums = [0, 1, 2, 3, 4].map((column) => sumOf(usages.map((values) => values[column]!)));
      rows.add([name], [active, failed, ...sums], [`${shown.activeState} (${shown.subState})`, shown.result]);
    }
    before = now;
    beforeMs = tick.monotonicMs;
  };

  return {
    measurement: 'systemd_unit',
    tags: ['unit'],
    fields: ['active', 'failed', 'restarts', 'cpu_percent', 'memory_bytes', 'tasks', 'oom_kills'],
    textFields: ['state', 'result'],
    maxRows: 200,
    intervalMs: READ_EVERY_MS,
    limitMs: SYSTEMCTL_LIMIT_MS + 1000,
    collect(rows: RowSink, tick: Tick): Promise<void> {
      assertSystemd(manager);
      return manager.show(ARGUMENTS, ASK_EVERY_MS - READ_EVERY_MS / 2).then((text) => {
        list.update(text, tick.monotonicMs, transient());
        addRows(rows, tick);
      });
    },
    close: () => undefined,
  };
}

/** Of what is known; NaN where nothing is. */
function sumOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0);
}

// The states are worth having without the figures.
function cgroupRoot(sys: string, rows: RowSink): string | undefined {
  try {
    return assertCgroupV2(sys);
  } catch (error) {
    rows.problem(`no CPU, memory and tasks of services: ${(error as Error).message}`);
    return undefined;
  }
}
