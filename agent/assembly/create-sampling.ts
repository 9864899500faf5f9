// The way of a sample on this machine: collectors → sampler → spool, with probes and live samples beside.
import type { Summary } from '../../proto/gen/messages.ts';
import type { AgentStory } from '../agent-story.ts';
import { createCollectors } from '../collectors/catalog.ts';
import { readBootTime } from '../collectors/uptime.ts';
import type { AgentConfig } from '../config.ts';
import type { AgentEvents } from '../events.ts';
import type { Collector } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { Probes } from '../probes/probes.ts';
import { CollectorSet } from '../sampling/collector-set.ts';
import { timingAtRest } from '../sampling/collector-timing.ts';
import { LiveSampling } from '../sampling/live.ts';
import { Sampler } from '../sampling/sampler.ts';
import { toSummary } from '../sampling/summary.ts';
import { differs, type SettingsStore } from '../settings/settings-store.ts';
import type { HostSpool } from '../spool/host-spool.ts';
import { countBoot } from '../state/boots.ts';
import type { Line } from './gateway-line.ts';
import type { ThisNode } from './this-node.ts';

/** Twice the longest interval of a single collector. */
const SUMMARY_AGE_MS = 600_000;

export interface SamplingOptions {
  config: AgentConfig;
  settings: SettingsStore;
  roots: HostRoots;
  story: AgentStory;
  spool: HostSpool;
  node: ThisNode;
  line: Line;
  events: AgentEvents;
}

export interface Sampling {
  readonly sampler: Sampler;
  readonly probes: Probes;
  readonly live: LiveSampling;
  /** The newest values; undefined before the first flush. */
  summary(): Summary | undefined;
  /** New collectors of these measurements: rates need readings of their own. */
  createCollectors(measurements: readonly string[]): Collector[];
}

export function createSampling({ config, settings, roots, story, spool, node, line, events }: SamplingOptions): Sampling {
  let summary: Summary | undefined;
  const summarySeenUs = new Map<string, number>();
  const boots = countBoot(config.stateDir);
  // The collector of the agent itself tells of both below: it is read by ticks alone.
  const self = () => {
    const { batches, bytes } = spool.status();
    return {
      tickMs: sampler.tickMs,
      spoolBatches: batches,
      spoolBytes: bytes,
      collectorsFailed: collectors.failed,
      refusedValues: collectors.refusedValues,
      boots,
      ...(story.skewMs === undefined ? {} : { skewMs: story.skewMs }),
    };
  };
  const collectorsOf = (isWanted: (name: string) => boolean): Collector[] =>
    createCollectors(isWanted, roots, self, process.platform, () => settings.current.includeTransient);
  // This node's place within an interval, so that a fleet does not speak at once.
  const phase = Math.random();
  const collectors = new CollectorSet(
    collectorsOf(() => true),
    events.collectors,
    timingAtRest(config, phase),
  );
  const probes = new Probes(config, events.probes);
  const sampler = new Sampler({
    flushIntervalMs: config.flushInterval,
    collectors,
    onFlush(frames, createdUs) {
      summary = toSummary(frames, summary, { seenUs: summarySeenUs, maxAgeUs: Math.max(SUMMARY_AGE_MS, config.interval * 3) * 1000 });
      frames.push(...probes.take());
      events.rowsDropped(spool.append({ createdUs, frames, events: events.take() }));
      line.notify();
    },
    onClockStep(ms) {
      events.clockStepped(ms);
      // The moment of boot moves with the clock; the stream is opened anew with it.
      try {
        node.change({ bootUs: readBootTime(roots) * 1e6 });
      } catch {
        // It stays as it was: the collector uptime tells why it cannot be read.
      }
    },
  });
  const live = new LiveSampling({
    createCollectors: (measurements) =>
      collectorsOf(
        (name) => !settings.current.collectorsDisabled.includes(name) && (measurements.length === 0 || measurements.includes(name)),
      ),
    send: (message) => line.sendPassing(message),
  });

  settings.onChange((now, before) => {
    if (differs(now, before, 'interval', 'collectorIntervals', 'collectorsDisabled', 'flushInterval')) {
      collectors.apply(timingAtRest(now, phase));
      sampler.setFlushInterval(now.flushInterval);
      sampler.reschedule();
    }
    if (differs(now, before, 'probes', 'mesh', 'labels') && probes.apply(now)) line.renew();
  });

  return {
    sampler,
    probes,
    live,
    summary: () => summary,
    createCollectors: (measurements) => collectorsOf((name) => measurements.includes(name)),
  };
}
