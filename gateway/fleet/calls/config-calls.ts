// The calls that manage configurations for agents, and tell how far each is.
import { hasAgent, isMachine } from '../../../core/common/node-kind.ts';
import type { ConfigProfile, DeleteConfigRequest, DeleteConfigResponse, PutConfigRequest } from '../../../proto/gen/messages.ts';
import type { Caller } from '../../access/caller.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import { assertProfile, ProfileSet, type StoredProfile } from '../../configs/config-profile.ts';
import type { ConfigStore } from '../../configs/config-store.ts';
import type { Directory } from '../directory/directory.ts';
import { type NodeRecord, toTimestamp } from '../directory/node-record.ts';
import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';

export interface ConfigCallsOptions {
  directory: Directory;
  configs: Pick<ConfigStore, 'list' | 'put' | 'remove'>;
  audit: Pick<AuditLog, 'record'>;
}

const MAX_PROBLEMS = 10;

export function configHandlers(
  context: CallContext,
  options: ConfigCallsOptions,
): FleetHandlers<'putConfig' | 'listConfigs' | 'deleteConfig'> {
  return handlers(context, {
    putConfig: (request, caller) => put(options, request, caller),
    listConfigs: () => ({ configs: describe(options.directory, options.configs.list()) }),
    deleteConfig: (request, caller) => remove(options, request, caller),
  });
}

async function put({ directory, configs, audit }: ConfigCallsOptions, request: PutConfigRequest, caller: Caller): Promise<ConfigProfile> {
  const { name, document, filter, sharePercent, validateOnly } = request;
  assertProfile({ name, document, filter, sharePercent });
  if (validateOnly) return describeOne(directory, configs.list(), asIfPut(configs.list(), request));
  const profile = await configs.put({ name, document, filter, sharePercent }, highestKnown(directory));
  await audit.record({
    kind: 'config',
    caller: caller.name,
    text: `configuration ${name} put as version ${profile.version} for ${profile.sharePercent} % of the nodes that match ${JSON.stringify(filter)}`,
    outcome: 'ok',
    attributes: { name, version: String(profile.version), filter, share_percent: String(profile.sharePercent), document },
  });
  return describeOne(directory, configs.list(), profile);
}

async function remove(
  { configs, audit }: ConfigCallsOptions,
  { name }: DeleteConfigRequest,
  caller: Caller,
): Promise<DeleteConfigResponse> {
  await configs.remove(name);
  await audit.record({ kind: 'config', caller: caller.name, text: `configuration ${name} deleted`, outcome: 'ok', attributes: { name } });
  return {};
}

/** What a put would store, with the version of today: 0 where there is none. */
function asIfPut(profiles: readonly StoredProfile[], { name, document, filter, sharePercent }: PutConfigRequest): StoredProfile {
  const version = profiles.find((profile) => profile.name === name)?.version ?? 0;
  return { name, version, document, filter, sharePercent: sharePercent === 0 ? 100 : sharePercent, changedMs: 0 };
}

/** The highest version any node knows: a new one must be above it, even where the bucket was lost meanwhile. */
function highestKnown(directory: Directory): number {
  let highest = 0;
  for (const { config } of directory.nodes()) highest = Math.max(highest, config?.version ?? 0, config?.rejectedVersion ?? 0);
  return highest;
}

function describeOne(directory: Directory, stored: readonly StoredProfile[], profile: StoredProfile): ConfigProfile {
  const all = [...stored.filter(({ name }) => name !== profile.name), profile];
  return describe(directory, all).find(({ name }) => name === profile.name) as ConfigProfile;
}

/** Each profile with the counts of its nodes, from what they report. */
function describe(directory: Directory, stored: readonly StoredProfile[]): ConfigProfile[] {
  const set = new ProfileSet(stored);
  const described = new Map(set.profiles.map((profile) => [profile.name, toConfigProfile(profile)]));
  for (const record of directory.nodes()) {
    // A file or a script takes no configuration, and would be missing among those that have it for ever.
    if (!hasAgent(record)) continue;
    const assigned = set.assign(record);
    const config = described.get(assigned?.profile.name ?? '');
    if (config !== undefined && assigned?.version === config.version) count(config, record);
  }
  return [...described.values()];
}

function count(profile: ConfigProfile, record: NodeRecord): void {
  profile.nodes++;
  if (!isMachine(record)) profile.simulations++;
  const { config } = record;
  if (config?.version === profile.version) profile.applied++;
  if (config === undefined || config.rejectedVersion !== profile.version || profile.version === 0) return;
  if (config.state === 'refused') profile.refused++;
  if (config.state === 'rolled_back') profile.rolledBack++;
  if (profile.problems.length < MAX_PROBLEMS) profile.problems.push(`${record.info?.name || record.nodeId}: ${config.problem}`);
}

function toConfigProfile({ name, version, document, filter, sharePercent, changedMs }: StoredProfile): ConfigProfile {
  const counts = { nodes: 0, simulations: 0, applied: 0, refused: 0, rolledBack: 0, problems: [] };
  return { name, version, document, filter, sharePercent, changed: toTimestamp(changedMs), ...counts };
}
