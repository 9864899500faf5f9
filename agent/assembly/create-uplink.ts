// The way to the gateway: identity and its renewal, the stream, what is done over it, and a watch over the network.
import type { AgentStory } from '../agent-story.ts';
import type { AgentCommands } from '../commands/agent-commands.ts';
import type { AgentConfig } from '../config.ts';
import type { AgentEvents } from '../events.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { HostSpool } from '../spool/host-spool.ts';
import { readBootId } from '../state/boots.ts';
import { enrolHere, renewIdentity } from '../uplink/enrolment.ts';
import type { Identity } from '../uplink/identity.ts';
import { NetworkWatch } from '../uplink/network-watch.ts';
import { reconnectOn } from '../uplink/reconnect-on.ts';
import { CertificateRenewal } from '../uplink/renewal.ts';
import { Uplink } from '../uplink/uplink.ts';
import type { Remote } from './create-remote.ts';
import type { Sampling } from './create-sampling.ts';
import type { ThisNode } from './this-node.ts';

export interface UplinkParts {
  readonly uplink: Uplink;
  readonly network: NetworkWatch;
  readonly renewal: CertificateRenewal;
  identity(): Identity | undefined;
}

export interface UplinkSources {
  config: AgentConfig;
  settings: SettingsStore;
  /** As it was when the agent started. */
  identity: Identity | undefined;
  story: AgentStory;
  spool: HostSpool;
  node: ThisNode;
  sampling: Sampling;
  remote: Remote;
  commands: AgentCommands;
  events: AgentEvents;
}

export function createUplink(sources: UplinkSources): UplinkParts {
  const { config, settings, story, spool, node, sampling, remote, commands, events } = sources;
  let { identity } = sources;
  const uplink = new Uplink({
    gateway: config.gateway,
    async identity(refused) {
      await node.inventoried();
      if (identity !== undefined && !refused) return identity;
      identity = await enrolHere(config, node.info, identity);
      events.enrolled(identity.nodeId);
      return identity;
    },
    spool,
    intervalMs: () => settings.current.interval,
    node: () => node.info,
    bootId: readBootId(),
    summary: sampling.summary,
    onLease: (lease) => sampling.live.lease(lease),
    retrySteps: config.retrySteps,
    giveUpAfter: config.giveUpAfter,
    backlogRowsPerSecond: config.backlogRowsPerSecond,
    mesh: sampling.probes,
    commands,
    configs: remote.config,
    reports: events.uplink,
  });
  const renewal = new CertificateRenewal({
    identity: () => identity,
    renew: (own) => renewIdentity(config.stateDir, config.gateway, own, node.info),
    renewed(next) {
      identity = next;
      events.renewed();
      uplink.setIdentity(next);
    },
    failed: events.renewalFailed,
    // By the gateway's clock, which judges the certificate: one of days must not end while a clock that is behind believes it good.
    nowMs: () => Date.now() - (story.skewMs ?? 0),
  });
  return { uplink, network: new NetworkWatch(reconnectOn(uplink, events.network)), renewal, identity: () => identity };
}
