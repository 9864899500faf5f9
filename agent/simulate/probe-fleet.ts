// The probe scenario: five simulated agents with one sample a second each, begun when all streams are open and ended when all is acknowledged.
import { setTimeout as sleep } from 'node:timers/promises';
import { PROBE_PLACES, probeName } from '../../core/common/probe-places.ts';
import { fault } from '../../core/node/faults.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { SimulateConfig } from './config.ts';
import { Enrolments } from './enrolments.ts';
import type { SimulateEvents } from './events.ts';
import { ProbeCollector } from './probe-collector.ts';
import { SimulatedNode } from './simulated-node.ts';

/** What one probe sampled. */
export interface ProbeReport {
  nodeId: string;
  name: string;
  /** Unix µs of each sample. */
  timesUs: readonly number[];
  /** Whether the gateway acknowledged all of it. */
  acknowledged: boolean;
}

export interface ProbeFleet extends Component {
  /** Resolves when every stream is open and the sampling has begun. */
  readonly begun: Promise<void>;
  /** Resolves when all samples are made and acknowledged, or this has been waited for too long. */
  readonly finished: Promise<void>;
  report(): ProbeReport[];
}

const ACKNOWLEDGED_WITHIN_MS = 30_000;
const LOOK_MS = 20;

export function createProbeFleet(config: SimulateConfig, events: SimulateEvents): ProbeFleet {
  const enrolments = new Enrolments(config);
  const probes = PROBE_PLACES.map((place, index) => {
    let done = (): void => undefined;
    const sampled = new Promise<void>((resolve) => {
      done = resolve;
    });
    const collector = new ProbeCollector(place, config.samples, () => done());
    const shape = { name: `${config.namePrefix}${probeName(place)}`, collectors: [collector] };
    const node = new SimulatedNode({ index, config: { ...config, nodes: PROBE_PLACES.length }, events, enrolments, shape });
    return { node, collector, sampled };
  });
  const nodes = probes.map(({ node }) => node);
  const isAcknowledged = (node: SimulatedNode): boolean => {
    const { oldestSeq, nextSeq } = node.status();
    return oldestSeq === nextSeq;
  };
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let stopped = false;
  let acknowledged: boolean[] = [];
  return {
    name: 'probes',
    begun,
    finished: Promise.all(probes.map(({ sampled }) => sampled)).then(async () => {
      for (const until = Date.now() + ACKNOWLEDGED_WITHIN_MS; Date.now() < until && !nodes.every(isAcknowledged); ) await sleep(LOOK_MS);
    }),
    async start() {
      for (const node of nodes) await node.connect();
      // Not awaited: a gateway that is away must not hold up a stop.
      const beginning = async (): Promise<void> => {
        await Promise.all(nodes.map((node) => node.connected));
        if (stopped) return;
        for (const node of nodes) await node.sample();
        begin();
      };
      beginning().catch(fault);
    },
    async stop() {
      stopped = true;
      acknowledged = nodes.map(isAcknowledged);
      await Promise.all(nodes.map((node) => node.stop()));
    },
    report: () =>
      probes.map(({ node, collector }, i) => ({
        nodeId: node.nodeId ?? '',
        name: node.name,
        timesUs: collector.timesUs,
        acknowledged: acknowledged[i] ?? false,
      })),
  };
}
