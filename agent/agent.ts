// Puts the agent together: sampling → spool → uplink, with settings from afar and the local doors beside.
import { join } from 'node:path';
import type { Component } from '../core/node/lifecycle.ts';
import { AgentStory } from './agent-story.ts';
import { AGENT_VERSION } from './agent-version.ts';
import { createRemote, type SettingsOrigin } from './assembly/create-remote.ts';
import { createSampling } from './assembly/create-sampling.ts';
import { createUplink } from './assembly/create-uplink.ts';
import { GatewayLine } from './assembly/gateway-line.ts';
import { ThisNode } from './assembly/this-node.ts';
import { readBootTime } from './collectors/uptime.ts';
import { createAgentCommands } from './commands/create-agent-commands.ts';
import type { AgentConfig } from './config.ts';
import type { AgentEvents } from './events.ts';
import type { HostRoots } from './host/host-file.ts';
import { displayName, HostNameWatch } from './host/host-name.ts';
import { readNodeInfo } from './host/inventory.ts';
import { createLocalService } from './local/create-local-service.ts';
import { differs, SettingsStore } from './settings/settings-store.ts';
import { HostSpool } from './spool/host-spool.ts';
import { spoolLimits } from './spool/spool-limits.ts';
import { loadIdentity } from './uplink/identity.ts';

const ROOTS: HostRoots = { proc: '/proc', sys: '/sys' };

export interface Agent extends Component {
  readonly nodeId: string | undefined;
  /** Resolves when an operator wants it to be started again. */
  readonly restartWanted: Promise<void>;
  /** What it runs with now. */
  readonly settings: SettingsStore;
}

/** The state folder must be locked already. Throws `failed_precondition` where an identity is there that cannot be used. */
export function createAgent(config: AgentConfig, log: AgentEvents, origin: SettingsOrigin = { argv: [] }): Agent {
  const story = new AgentStory();
  const events = story.watch(log);
  const ownIdentity = loadIdentity(config.stateDir);
  const settings = new SettingsStore(config);
  const bootUs = readBootTime(ROOTS) * 1e6;
  const nodeInfo = readNodeInfo(displayName(config.name), config.labels, AGENT_VERSION, bootUs);
  const node = new ThisNode({ ...nodeInfo, commands: config.commands }, events.inventoryFailed);
  const spool = new HostSpool(join(config.stateDir, 'spool.db'), spoolLimits(config), events.spool);
  const line = new GatewayLine();
  const sampling = createSampling({ config, settings, roots: ROOTS, story, spool, node, line, events });
  const remote = createRemote(settings, origin, line, events);

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
    sampler: sampling.sampler,
    line,
    events,
    restart,
  });
  const { uplink, network, renewal, identity } = createUplink({
    config,
    settings,
    identity: ownIdentity,
    story,
    spool,
    node,
    sampling,
    remote,
    commands,
    events,
  });
  line.join(uplink);

  const local = createLocalService({
    config,
    roots: ROOTS,
    story,
    spool,
    spoolState: () => uplink.spoolState(),
    configState: () => remote.config.report(),
    self: () => ({ name: node.info.name, nodeId: identity()?.nodeId }),
    createCollectors: sampling.createCollectors,
    enqueueInto: {
      append: (input) => spool.append(input),
      status: () => ({ ...spool.status(), bytes: spool.statistics().bytes, maxBytes: settings.current.spoolMaxBytes }),
      nodeId: () => identity()?.nodeId,
      appended(dropped) {
        events.rowsDropped(dropped);
        uplink.notify();
      },
      now: Date.now,
    },
    reports: events.local,
  });
  const hostName = new HostNameWatch({
    shown: () => node.info.name,
    configured: () => settings.current.name,
    changed(name) {
      node.change({ name });
      uplink.renew();
    },
  });
  settings.onChange((now, before) => {
    if (differs(now, before, 'spoolMaxBytes', 'spoolMaxRows', 'spoolMaxAge')) spool.apply(spoolLimits(now));
    if (differs(now, before, 'name', 'labels', 'interval')) {
      node.change({ name: displayName(now.name), labels: now.labels });
      uplink.renew();
    }
  });

  return {
    name: 'agent',
    restartWanted,
    settings,
    get nodeId() {
      return identity()?.nodeId;
    },
    async start() {
      events.started(AGENT_VERSION, bootUs);
      await node.start();
      await local.start();
      await remote.config.start();
      await remote.ownFile.start();
      sampling.probes.start();
      await sampling.sampler.start();
      await uplink.start();
      await network.start();
      await hostName.start();
      await renewal.start();
    },
    async stop() {
      await node.stop();
      await hostName.stop();
      await network.stop();
      await renewal.stop();
      sampling.live.stop();
      await local.stop();
      // Before the last flush, which takes the windows that were open.
      await sampling.probes.stop();
      await sampling.sampler.stop();
      await remote.ownFile.stop();
      await remote.config.stop();
      await uplink.stop();
      await commands.stop();
      spool.close();
    },
  };
}
