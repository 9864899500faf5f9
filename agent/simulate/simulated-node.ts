// One simulated node: the agent's own sampler, spool and uplink around a host that does not exist.
import { join } from 'node:path';
import type { Turns } from '../../core/common/turns.ts';
import { makeFolderDurably } from '../../core/node/durable-file.ts';
import { fault } from '../../core/node/faults.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { NodeInfo, Summary } from '../../proto/gen/messages.ts';
import { AGENT_VERSION } from '../agent-version.ts';
import type { Collector } from '../host/collector.ts';
import { CollectorSet } from '../sampling/collector-set.ts';
import { EVERY_TICK } from '../sampling/collector-timing.ts';
import { LiveSampling } from '../sampling/live.ts';
import { Sampler } from '../sampling/sampler.ts';
import { toSummary } from '../sampling/summary.ts';
import { MemorySpool } from '../spool/memory-spool.ts';
import type { Spool, SpoolStatus } from '../spool/spool.ts';
import { openSpoolDatabase } from '../spool/spool-database.ts';
import { SqliteSpool } from '../spool/sqlite-spool.ts';
import { renewIdentity } from '../uplink/enrolment.ts';
import { type Identity, loadIdentity } from '../uplink/identity.ts';
import { CertificateRenewal } from '../uplink/renewal.ts';
import { Uplink } from '../uplink/uplink.ts';
import type { SimulateConfig } from './config.ts';
import type { Enrolments } from './enrolments.ts';
import type { SimulateEvents } from './events.ts';
import { PLACES, type Place, toLabels } from './places.ts';
import { createSimulatedCollectors } from './simulated-collectors.ts';
import { SimulatedHost } from './simulated-host.ts';

const FLUSH_MS = 1000;
const MAX_ROWS = 10_000_000;

export interface SimulatedNodeOptions {
  index: number;
  config: SimulateConfig;
  events: SimulateEvents;
  enrolments: Enrolments;
  /** Shared by all nodes of a large fleet. */
  opening?: Turns;
  /** Another name and other collectors than a host's, each flushed as soon as it ran. */
  shape?: { name: string; collectors: readonly Collector[] };
}

export class SimulatedNode implements Component {
  readonly name: string;
  /** Resolves when the node has its identity. */
  readonly enrolled: Promise<void>;
  /** Resolves when its stream is open for the first time. */
  readonly connected: Promise<void>;
  readonly #spool: Spool;
  readonly #sampler: Sampler;
  readonly #uplink: Uplink;
  readonly #renewal: CertificateRenewal;
  readonly #live: LiveSampling;
  readonly #enrolments: Enrolments;
  #identity: Identity | undefined;
  #summary: Summary | undefined;
  #stopped = false;
  /** Each node begins at its own moment of the interval: a first tick of ten thousand at once takes longer than their gateway waits for a word. */
  readonly #beginsAfterMs: number;
  #beginning: NodeJS.Timeout | undefined;

  constructor({ index, config, events, enrolments, opening, shape }: SimulatedNodeOptions) {
    const place = PLACES[index % PLACES.length] as Place;
    this.#enrolments = enrolments;
    this.#beginsAfterMs = (index / config.nodes) * config.interval;
    this.name = shape?.name ?? toNodeName(config.namePrefix, place, index);
    const stateDir = join(config.stateDir, 'nodes', this.name);
    const host = new SimulatedHost(index + 1, place, Date.now() * 1000);
    const limits = { maxBytes: config.spoolMaxBytes, maxRows: MAX_ROWS };
    makeFolderDurably(stateDir);
    // A commit a node a second, each on disk when it returns, is more than a disk can do for a thousand nodes.
    this.#spool = config.durable
      ? new SqliteSpool(openSpoolDatabase(join(stateDir, 'spool.db'), 'kill').database, limits)
      : new MemorySpool(limits, 'kept in memory as --durable=false asks');
    let resolve = (): void => undefined;
    this.enrolled = new Promise((done) => {
      resolve = done;
    });
    let opened = (): void => undefined;
    this.connected = new Promise((done) => {
      opened = done;
    });
    const node = toNodeInfo(this.name, place, host);
    this.#live = new LiveSampling({
      createCollectors: (measurements) => createSimulatedCollectors(host, measurements),
      send: (message) => this.#uplink.sendPassing(message),
    });
    this.#uplink = new Uplink({
      gateway: config.gateway,
      identity: async (refused) => {
        this.#identity ??= loadIdentity(stateDir);
        if (this.#identity === undefined || refused) {
          this.#identity = await enrolments.enrol(stateDir, node);
          events.enrolled(this.#identity.nodeId);
        }
        resolve();
        return this.#identity;
      },
      spool: this.#spool,
      ...(opening === undefined ? {} : { opening }),
      intervalMs: () => config.interval,
      node: () => node,
      summary: () => this.#summary,
      onLease: (lease) => this.#live.lease(lease),
      reports: {
        ...events.uplink,
        connected(gateway) {
          events.uplink.connected(gateway);
          opened();
        },
      },
    });
    this.#renewal = new CertificateRenewal({
      identity: () => this.#identity,
      renew: (own) => renewIdentity(stateDir, config.gateway, own, node),
      renewed: (next) => {
        this.#identity = next;
        this.#uplink.setIdentity(next);
      },
      failed: events.renewalFailed,
    });
    this.#sampler = new Sampler({
      flushIntervalMs: shape === undefined ? FLUSH_MS : 0,
      collectors: new CollectorSet(shape?.collectors ?? createSimulatedCollectors(host), events.collectors, {
        ...EVERY_TICK,
        intervalMs: config.interval,
        offsetMs: this.#beginsAfterMs,
      }),
      onFlush: (frames, createdUs) => {
        this.#summary = toSummary(frames, this.#summary);
        events.rowsDropped(this.#spool.append({ createdUs, frames, events: [] }));
        this.#uplink.notify();
      },
      onClockStep: (ms) => events.clockStepped(ms),
    });
  }

  get nodeId(): string | undefined {
    return this.#identity?.nodeId;
  }

  status(): SpoolStatus {
    return this.#spool.status();
  }

  /** The nodes of a crowd sample when all have enrolled: the enrolments need the time. */
  async start(): Promise<void> {
    await this.connect();
    this.enrolled
      .then(() => this.#enrolments.settled())
      .then(() => this.#begin())
      .catch(fault);
  }

  /** The first half of a start: the stream, without samples. */
  async connect(): Promise<void> {
    await this.#uplink.start();
    await this.#renewal.start();
  }

  /** The second half. */
  async sample(): Promise<void> {
    await this.#sampler.start();
  }

  #begin(): void {
    if (!this.#stopped) this.#beginning = setTimeout(() => this.sample().catch(fault), this.#beginsAfterMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#beginning);
    this.#live.stop();
    await this.#renewal.stop();
    await this.#sampler.stop();
    await this.#uplink.stop();
    this.#spool.close();
  }
}

/** `sim-accra-0001` */
export function toNodeName(prefix: string, { region }: Place, index: number): string {
  return `${prefix}${region.slice(3)}-${String(index + 1).padStart(4, '0')}`;
}

function toNodeInfo(name: string, place: Place, host: SimulatedHost): NodeInfo {
  const { cores, memoryTotal, bootSeconds } = host.state;
  return {
    name,
    platform: 'linux',
    os: 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.1.0-simulated',
    arch: 'x64',
    cpuModel: host.cpuModel,
    cpuCores: cores,
    memoryBytes: memoryTotal,
    virtualization: 'simulated',
    model: '',
    addresses: [],
    agentVersion: AGENT_VERSION,
    labels: toLabels(place),
    bootUs: bootSeconds * 1e6,
    simulated: true,
    commands: [],
  };
}
