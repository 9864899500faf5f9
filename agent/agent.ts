// Puts the agent together: sampler → spool → uplink, with live samples beside.
import { join } from 'node:path';
import type { Component } from '../core/node/lifecycle.ts';
import type { NodeInfo, Summary } from '../proto/gen/messages.ts';
import { AgentStory } from './agent-story.ts';
import { AGENT_VERSION } from './agent-version.ts';
import { createCollectors } from './collectors/catalog.ts';
import { readBootTime } from './collectors/uptime.ts';
import { createAgentCommands } from './commands/create-agent-commands.ts';
import type { AgentConfig } from './config.ts';
import type { AgentEvents } from './events.ts';
import type { HostRoots } from './host/host-file.ts';
import { displayName, HostNameWatch } from './host/host-name.ts';
import { askInventory, readNodeInfo } from './host/inventory.ts';
import { createLocalService } from './local/create-local-service.ts';
import { Probes } from './probes/probes.ts';
import { CollectorSet } from './sampling/collector-set.ts';
import { timingAtRest } from './sampling/collector-timing.ts';
import { LiveSampling } from './sampling/live.ts';
import { Sampler } from './sampling/sampler.ts';
import { toSummary } from './sampling/summary.ts';
import { readSettings } from './settings/config-child.ts';
import { configFileOf, OwnFileWatch } from './settings/own-file.ts';
import { RemoteConfig } from './settings/remote-config.ts';
import { differs, SettingsStore } from './settings/settings-store.ts';
import { HostSpool } from './spool/host-spool.ts';
import { spoolLimits } from './spool/spool-limits.ts';
import { countBoot, readBootId } from './state/boots.ts';
import { enrolHere, renewIdentity } from './uplink/enrolment.ts';
import { type Identity, loadIdentity } from './uplink/identity.ts';
import { NetworkWatch } from './uplink/network-watch.ts';
import { reconnectOn } from './uplink/reconnect-on.ts';
import { CertificateRenewal } from './uplink/renewal.ts';
import { Uplink } from './uplink/uplink.ts';

/** Twice the longest interval of a single collector. */
const SUMMARY_AGE_MS = 600_000;
const ROOTS: HostRoots = { proc: '/proc', sys: '/sys' };
const INVENTORY_EVERY_MS = 3_600_000;
/** The first hello waits so long for the inventory. */
const INVENTORY_PATIENCE_MS = 4000;

export interface Agent extends Component {
  readonly nodeId: string | undefined;
  /** Resolves when an operator wants it to be started again. */
  readonly restartWanted: Promise<void>;
  /** What it runs with now. */
  readonly settings: SettingsStore;
}

/** Where the settings came from, to read them again. */
export interface SettingsOrigin {
  argv: readonly string[];
  /** Why the remote configuration that was in force is left out. */
  remoteProblem?: string | undefined;
}

/** The state folder must be locked already. Throws `failed_precondition` where an identity is there that cannot be used. */
export function createAgent(config: AgentConfig, log: AgentEvents, origin: SettingsOrigin = { argv: [] }): Agent {
  const story = new AgentStory();
  const events = story.watch(log);
  let identity: Identity | undefined = loadIdentity(config.stateDir);
  const settings = new SettingsStore(config);
  const bootUs = readBootTime(ROOTS) * 1e6;
  let node: NodeInfo = { ...readNodeInfo(displayName(config.name), config.labels, AGENT_VERSION, bootUs), commands: config.commands };
  let summary: Summary | undefined;
  const summarySeenUs = new Map<string, number>();
  let inventoryTimer: NodeJS.Timeout | undefined;

  const spool = new HostSpool(join(config.stateDir, 'spool.db'), spoolLimits(config), events.spool);
  const boots = countBoot(config.stateDir);
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
  // This node's place within an interval, so that a fleet does not speak at once.
  const phase = Math.random();
  const isWanted = (name: string): boolean => !settings.current.collectorsDisabled.includes(name);
  const transient = () => settings.current.includeTransient;
  const collectors = new CollectorSet(
    createCollectors(() => true, ROOTS, self, process.platform, transient),
    events.collectors,
    timingAtRest(config, phase),
  );
  const sampler = new Sampler({
    flushIntervalMs: config.flushInterval,
    collectors,
    onFlush(frames, createdUs) {
      summary = toSummary(frames, summary, { seenUs: summarySeenUs, maxAgeUs: Math.max(SUMMARY_AGE_MS, config.interval * 3) * 1000 });
      frames.push(...probes.take());
      events.rowsDropped(spool.append({ createdUs, frames, events: events.take() }));
      uplink.notify();
    },
    onClockStep(ms) {
      events.clockStepped(ms);
      // The moment of boot moves with the clock; the stream is opened anew with it.
      try {
        node = { ...node, bootUs: readBootTime(ROOTS) * 1e6 };
      } catch {
        // It stays as it was: the collector uptime tells why it cannot be read.
      }
    },
  });
  const probes = new Probes(config, events.probes);
  const live = new LiveSampling({
    createCollectors: (measurements) =>
      createCollectors(
        (name) => isWanted(name) && (measurements.length === 0 || measurements.includes(name)),
        ROOTS,
        self,
        process.platform,
        transient,
      ),
    send: (message) => uplink.sendPassing(message),
  });

  const takeInventory = async (): Promise<void> => {
    inventoryTimer = setTimeout(takeInventory, INVENTORY_EVERY_MS);
    try {
      node = { ...node, ...(await askInventory()) };
    } catch (error) {
      events.inventoryFailed(error instanceof Error ? error.message : String(error));
    }
  };
  let inventory: Promise<void> = Promise.resolve();

  const obtainIdentity = async (refused: boolean): Promise<Identity> => {
    await Promise.race([inventory, new Promise((resolve) => setTimeout(resolve, INVENTORY_PATIENCE_MS).unref())]);
    if (identity !== undefined && !refused) return identity;
    identity = await enrolHere(config, node, identity);
    events.enrolled(identity.nodeId);
    return identity;
  };

  let restart: () => void = () => undefined;
  const restartWanted = new Promise<void>((resolve) => {
    restart = resolve;
  });
  const commands = createAgentCommands({
    config,
    version: AGENT_VERSION,
    settings,
    story,
    spool,
    sampler,
    uplink: () => uplink,
    events,
    restart,
  });

  const uplink = new Uplink({
    gateway: config.gateway,
    identity: obtainIdentity,
    spool,
    intervalMs: () => settings.current.interval,
    node: () => node,
    bootId: readBootId(),
    summary: () => summary,
    onLease: (lease) => live.lease(lease),
    retrySteps: config.retrySteps,
    giveUpAfter: config.giveUpAfter,
    backlogRowsPerSecond: config.backlogRowsPerSecond,
    mesh: probes,
    commands,
    configs: { report: () => remote.report(), offer: (update) => remote.offer(update) },
    reports: events.uplink,
  });
  const network = new NetworkWatch(reconnectOn(uplink, events.network));
  const renewal = new CertificateRenewal({
    identity: () => identity,
    renew: (own) => renewIdentity(config.stateDir, config.gateway, own, node),
    renewed(next) {
      identity = next;
      events.renewed();
      uplink.setIdentity(next);
    },
    failed: events.renewalFailed,
    // By the gateway's clock, which judges the certificate: one of days must not end while a clock that is behind believes it good.
    nowMs: () => Date.now() - (story.skewMs ?? 0),
  });
  const remote = new RemoteConfig({
    settings,
    read: (document) => readSettings(origin.argv, document),
    connected: () => uplink.connected,
    onChange: () => uplink.heartbeat(),
    reports: events.config,
    problemAtStart: origin.remoteProblem,
  });
  const ownFile = new OwnFileWatch(configFileOf(origin.argv, process.env), () => remote.reread());

  const local = createLocalService({
    config,
    roots: ROOTS,
    story,
    spool,
    spoolState: () => uplink.spoolState(),
    configState: () => remote.report(),
    self: () => ({ name: node.name, nodeId: identity?.nodeId }),
    createCollectors: (measurements) => createCollectors((name) => measurements.includes(name), ROOTS, self, process.platform, transient),
    enqueueInto: {
      append: (input) => spool.append(input),
      status: () => ({ ...spool.status(), bytes: spool.statistics().bytes, maxBytes: settings.current.spoolMaxBytes }),
      nodeId: () => identity?.nodeId,
      appended(dropped) {
        events.rowsDropped(dropped);
        uplink.notify();
      },
      now: Date.now,
    },
    reports: events.local,
  });

  const hostName = new HostNameWatch({
    shown: () => node.name,
    configured: () => settings.current.name,
    changed(name) {
      node = { ...node, name };
      uplink.renew();
    },
  });
  settings.onChange((now, before) => {
    if (differs(now, before, 'interval', 'collectorIntervals', 'collectorsDisabled', 'flushInterval')) {
      collectors.apply(timingAtRest(now, phase));
      sampler.setFlushInterval(now.flushInterval);
      sampler.reschedule();
    }
    if (differs(now, before, 'probes', 'mesh', 'labels') && probes.apply(now)) uplink.renew();
    if (differs(now, before, 'spoolMaxBytes', 'spoolMaxRows', 'spoolMaxAge')) spool.apply(spoolLimits(now));
    if (differs(now, before, 'name', 'labels', 'interval')) {
      node = { ...node, name: displayName(now.name), labels: now.labels };
      uplink.renew();
    }
  });

  return {
    name: 'agent',
    restartWanted,
    settings,
    get nodeId() {
      return identity?.nodeId;
    },
    async start() {
      events.started(AGENT_VERSION, bootUs);
      inventory = takeInventory();
      await local.start();
      await remote.start();
      await ownFile.start();
      probes.start();
      await sampler.start();
      await uplink.start();
      await network.start();
      await hostName.start();
      await renewal.start();
    },
    async stop() {
      clearTimeout(inventoryTimer);
      await hostName.stop();
      await network.stop();
      await renewal.stop();
      live.stop();
      await local.stop();
      // Before the last flush, which takes the windows that were open.
      await probes.stop();
      await sampler.stop();
      await ownFile.stop();
      await remote.stop();
      await uplink.stop();
      await commands.stop();
      spool.close();
    },
  };
}
