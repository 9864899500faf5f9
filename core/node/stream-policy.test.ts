import { DiscardPolicy, nanos, RetentionPolicy, StorageType } from 'nats';
import { expect, it } from 'vitest';
import { type FullConfig, keepStoredMs, policyDifferences, streamPolicies } from './stream-policy.ts';

const LIMITS = { streamMaxBytes: 1e9, maxAgeHours: 48 };
const POLICIES = streamPolicies(LIMITS);

it.each(POLICIES)('finds nothing in $name as it is wanted, with more replicas or without what is off', ({ wanted }) => {
  const found = { ...wanted, num_replicas: 3 } as FullConfig;
  for (const off of ['no_ack', 'sealed', 'allow_msg_ttl', 'discard_new_per_subject'] as const) delete (found as Partial<FullConfig>)[off];
  expect(policyDifferences(found, wanted)).toEqual([]);
});

it.each<[string, Partial<FullConfig>]>([
  ['discard', { discard: DiscardPolicy.Old }],
  ['retention', { retention: RetentionPolicy.Interest }],
  ['storage', { storage: StorageType.Memory }],
  ['subjects', { subjects: ['muster.telemetry.0'] }],
  ['max_age', { max_age: nanos(1) }],
  ['max_bytes', { max_bytes: -1 }],
  ['max_msgs', { max_msgs: 10 }],
  ['max_msgs_per_subject', { max_msgs_per_subject: 1 }],
  ['max_msg_size', { max_msg_size: 10 }],
  ['duplicate_window', { duplicate_window: nanos(1000) }],
  ['no_ack', { no_ack: true }],
  ['allow_rollup_hdrs', { allow_rollup_hdrs: true }],
  ['allow_msg_ttl', { allow_msg_ttl: true }],
  ['num_replicas', { num_replicas: 0 }],
  ['metadata.muster_keep_hours', { metadata: {} }],
  ['mirror', { mirror: { name: 'OTHER' } }],
  ['sources', { sources: [{ name: 'OTHER' }] }],
  ['subject_transform', { subject_transform: { src: '>', dest: 'else.>' } }],
])('finds another %s in the telemetry stream', (setting, config) => {
  const wanted = POLICIES[0]?.wanted ?? {};
  expect(policyDifferences({ ...wanted, ...config } as FullConfig, wanted)).toMatchObject([{ setting }]);
});

it('gives the telemetry stream no age limit, and tells the ETL by its metadata how long what is stored is kept', () => {
  const wanted = POLICIES[0]?.wanted as FullConfig;
  expect(wanted.max_age).toBe(0);
  expect(keepStoredMs(wanted)).toBe(48 * 3_600_000);
  expect(keepStoredMs({})).toBe(72 * 3_600_000);
  expect(keepStoredMs({ metadata: { muster_keep_hours: 'soon' } })).toBe(72 * 3_600_000);
});

it('lets nobody take a record out of the audit, and drops only its oldest where it is full', () => {
  const audit = POLICIES.find(({ name }) => name === 'AUDIT')?.wanted;
  expect(audit).toMatchObject({ deny_delete: true, deny_purge: true, discard: DiscardPolicy.Old });
  // Where others are replayed, removed or trimmed, deletes are wanted; and no one but the audit loses anything for want of room.
  for (const { name, wanted } of POLICIES) {
    if (name === 'AUDIT') continue;
    expect([name, wanted.deny_delete ?? false, wanted.deny_purge ?? false, wanted.discard]).toEqual([
      name,
      false,
      false,
      DiscardPolicy.New,
    ]);
  }
});

it('keeps presence, tasks and status in memory, and all else on disk', () => {
  const inMemory = POLICIES.filter(({ wanted }) => wanted.storage === StorageType.Memory).map(({ name }) => name);
  expect(inMemory).toEqual(['KV_muster_presence', 'KV_muster_status', 'KV_muster_tasks']);
});
