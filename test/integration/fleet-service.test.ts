// Nodes, live metrics, dead letters, tokens and status, asked as an operator asks.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DEAD_LETTER_STREAM,
  deadLetterSubject,
  LEASE_SUBJECTS,
  leaseSubject,
  liveSubject,
  TELEMETRY_STREAM,
  telemetrySubject,
} from '../../core/common/streams.ts';
import { encodeLiveSamples } from '../../proto/batch-codec.ts';
import {
  type CreateTokenResponse,
  LEASE_FIELDS,
  type Lease,
  type ListDeadLettersResponse,
  type ListMeasurementsResponse,
  type ListNodesResponse,
  type MetricsUpdate,
  type Node,
  type NodesUpdate,
  type PipelineStatus,
} from '../../proto/gen/messages.ts';
import { decodeMessage } from '../../proto/message-codec.ts';
import { WireReader } from '../../proto/wire.ts';
import { until } from '../harness/until.ts';
import { type FleetFixture, registryEntry, startFleet } from './fleet-fixture.ts';

const A = '3f0c2a9e-0000-4000-8000-00000000000a';
const B = '3f0c2a9e-0000-4000-8000-00000000000b';

let fleet: FleetFixture;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.nodes.put(A, JSON.stringify(registryEntry(A, { name: 'accra' })));
  await fleet.nodes.put(B, JSON.stringify(registryEntry(B, { name: 'lagos', labels: { region: 'ng' } })));
  await until('both nodes are known', async () => (await list('')).length === 2);
});
afterAll(() => fleet?.stop());

async function list(filter: string): Promise<Node[]> {
  return (await fleet.call<ListNodesResponse>('listNodes', { filter })).nodes;
}

function sample(nodeId: string, cpuPercent: number): void {
  const timeUs = Date.now() * 1000;
  fleet.heartbeat(nodeId, { sentUs: timeUs, summary: { timeUs, cpuPercent, diskMount: '/' } });
}

describe('nodes', () => {
  it('lists what matches, and says what is wrong with a filter', async () => {
    expect((await list('region:ng')).map((node) => node.info?.name)).toEqual(['lagos']);
    await expect(list('regoin:ng')).rejects.toMatchObject({ code: 3, details: expect.stringContaining('did you mean region?') });
  });

  it('becomes live with a sample, and has its values', async () => {
    sample(A, 42.5);
    const node = await until('accra is live', async () => (await list('state:live cpu>40'))[0]);
    expect(node).toMatchObject({ nodeId: A, summary: { cpuPercent: 42.5 }, state: 'NODE_STATE_LIVE' });
    expect(node.stateSince?.seconds).toBeGreaterThan(1.7e9);
  });

  it('gets one by name, and says that there is none', async () => {
    expect((await fleet.call<Node>('getNode', { node: 'accra' })).nodeId).toBe(A);
    await expect(fleet.call('getNode', { node: 'nobody' })).rejects.toMatchObject({ code: 5 });
  });

  it('gets labels, and refuses a change of one that somebody else changed since it was seen', async () => {
    const change = (set: Record<string, string>, seen?: Record<string, string>): Promise<Node> =>
      fleet.call<Node>('setNodeLabels', { node: 'lagos', set, remove: [], ...(seen === undefined ? {} : { seen: { labels: seen } }) });
    const seen = { region: 'ng' };
    expect((await change({ maintenance: 'true' })).info?.labels).toEqual({ region: 'ng', maintenance: 'true' });
    // What was seen before that, and touches something else.
    expect((await change({ rack: '1a' }, seen)).info?.labels).toEqual({ region: 'ng', maintenance: 'true', rack: '1a' });
    await expect(change({ maintenance: '2026-01-01T00:00:00Z', owner: 'ann' }, seen)).rejects.toMatchObject({
      code: 9,
      details: expect.stringContaining('label maintenance of lagos is "true" now and was not set'),
    });
    await fleet.call<Node>('setNodeLabels', { node: 'lagos', set: {}, remove: ['maintenance', 'rack'] });
    expect((await fleet.call<Node>('getNode', { node: 'lagos' })).info?.labels).toEqual(seen);
  });

  it('is quarantined while its presence says so', async () => {
    await fleet.presence.put(B, JSON.stringify({ gateway: 'gateway-1', sinceMs: Date.now(), session: 's', problem: 'two hosts use it' }));
    const node = await until('lagos is quarantined', async () => (await list('state:quarantined'))[0]);
    expect(node).toMatchObject({ nodeId: B, problem: 'two hosts use it', gateway: 'gateway-1' });
    await fleet.presence.put(B, JSON.stringify({ gateway: '', sinceMs: Date.now(), session: 's', problem: '' }));
    await until('lagos is free', async () => (await list('state:quarantined')).length === 0);
  });

  it('is watched: all first, then what changed, and what matches no more', async () => {
    const seen = fleet.collect<NodesUpdate>('watchNodes', { filter: 'cpu<50', intervalMs: 100 }, (messages) => {
      if (messages.length === 1) sample(A, 30);
      const last = messages.at(-1);
      if (last?.nodes[0]?.summary?.cpuPercent === 30) sample(A, 90);
      return last?.removed.includes(A) === true;
    });
    const messages = await seen;
    expect(messages[0]).toMatchObject({ complete: true, nodes: [{ nodeId: A }] });
    expect(messages.slice(1).every((message) => !message.complete)).toBe(true);
  });

  it('refuses a caller without a token', async () => {
    await expect(fleet.call('listNodes', { filter: '' }, '')).rejects.toMatchObject({ code: 16 });
  });
});

describe('live metrics', () => {
  const frame = {
    ...{ measurement: 'cpu', tags: ['cpu'], series: [['total']], seriesIndex: Uint32Array.of(0, 0), fields: ['busy'] },
    ...{ timeUs: Float64Array.of(1000, 1500), values: Float64Array.of(1, 2), textFields: [], texts: [] },
  };

  /** The LiveSamples inside an AgentMessage, as a gateway passes them on. */
  function liveSamples(sentUs: number): Buffer {
    const reader = new WireReader(encodeLiveSamples(sentUs, [frame, { ...frame, measurement: 'memory' }]));
    reader.uint();
    return reader.bytes();
  }

  it('holds a lease while somebody watches, and ends it', async () => {
    const leases: Lease[] = [];
    const subscription = fleet.connection.subscribe(LEASE_SUBJECTS, {
      callback: (_, message) => {
        if (message.subject !== leaseSubject(A)) return;
        const lease = decodeMessage<Lease>(LEASE_FIELDS, Buffer.from(message.data));
        leases.push(lease);
        if (lease.durationMs > 0) fleet.connection.publish(liveSubject(A), liveSamples(77));
      },
    });
    const request = { nodeIds: [A], measurements: ['cpu'], intervalMs: 200 };
    const [update] = await fleet.collect<MetricsUpdate>('watchMetrics', request, () => true);
    expect(update).toMatchObject({ nodeId: A, sentUs: 77, frames: [{ measurement: 'cpu', timeUs: [1000, 500], values: [1, 2] }] });
    expect(update?.frames.length).toBe(1);
    await until('the lease ends', () => leases.at(-1)?.durationMs === 0);
    expect(leases[0]).toEqual({ measurements: ['cpu'], intervalMs: 200, durationMs: 15_000 });
    subscription.unsubscribe();
  });

  it.each([
    [{ nodeIds: [] }, 3, 'node_ids is empty'],
    [{ nodeIds: ['*'] }, 5, 'there is no node "*"'],
    [{ nodeIds: [A], intervalMs: 50 }, 3, 'from 100 to 10000'],
    [{ nodeIds: Array.from({ length: 101 }, (_, i) => String(i)) }, 3, 'at most 100'],
  ])('refuses %j', async (request, code, words) => {
    await expect(fleet.collect('watchMetrics', request)).rejects.toMatchObject({ code, details: expect.stringContaining(words) });
  });
});

describe('the path', () => {
  it('lists tables with their tags, and views', async () => {
    await fleet.questdb.sql(
      'create table cpu (timestamp timestamp, node_id symbol, cpu symbol, busy double) timestamp(timestamp) partition by day ttl 30 days wal',
    );
    await fleet.questdb.sql('create view cpu_nodes as (select * from cpu)');
    const { measurements } = await until('the catalogue is read again', async () => {
      const answer = await fleet.call<ListMeasurementsResponse>('listMeasurements', {});
      return answer.measurements.length === 2 ? answer : undefined;
    });
    expect(measurements).toMatchObject([
      {
        name: 'cpu',
        view: false,
        columns: [{ name: 'timestamp' }, { name: 'node_id', tag: true }, { name: 'cpu', type: 'symbol' }, { tag: false }],
      },
      { name: 'cpu_nodes', view: true },
    ]);
  });

  it('lists the newest dead letters, by reason too', async () => {
    const jetstream = fleet.admin.jetstream();
    for (let i = 0; i < 70; i++) {
      const reason = i % 7 === 0 ? 'clock_skew' : 'not_finite';
      const letter = {
        nodeId: A,
        epoch: '00',
        seq: i,
        measurement: 'cpu',
        reason,
        detail: `row ${i}`,
        row: { busy: 'Infinity' },
        receivedUs: 1,
      };
      await jetstream.publish(deadLetterSubject(reason), JSON.stringify(letter));
    }
    await jetstream.publish(deadLetterSubject('malformed'), 'no json');
    const all = await fleet.call<ListDeadLettersResponse>('listDeadLetters', { limit: 3 });
    expect(all.byReason).toEqual({ clock_skew: 10, not_finite: 60, malformed: 1 });
    expect(all.deadLetters.map(({ id, reason }) => [id, reason])).toEqual([
      [71, 'malformed'],
      [70, 'not_finite'],
      [69, 'not_finite'],
    ]);
    expect(Buffer.from(all.deadLetters[0]?.raw ?? []).toString()).toBe('no json');
    expect(all.deadLetters[1]).toMatchObject({ nodeId: A, detail: 'row 69', row: '{"busy":"Infinity"}' });
    const skewed = await fleet.call<ListDeadLettersResponse>('listDeadLetters', { reason: 'clock_skew' });
    expect(skewed.deadLetters.length).toBe(10);
    await expect(fleet.call('listDeadLetters', { reason: 'muster.>' })).rejects.toMatchObject({ code: 3 });
    await (await fleet.admin.jetstreamManager()).streams.purge(DEAD_LETTER_STREAM);
  });

  it('says what is wrong while no ETL has reported', async () => {
    const status = await fleet.call<PipelineStatus>('getPipelineStatus', {});
    expect(status).toMatchObject({ pendingMessages: 0, lagSeconds: 0, streamMaxBytes: 256 * 1024 ** 2, durable: false });
    expect(status.problems).toContain('the ETL has never reported: nothing is stored until one runs');
    expect(status.etlAsOf ?? undefined).toBeUndefined();
  });

  it('gives each hop a rate of its own: what comes in goes on where nothing is taken out', async () => {
    const rated = await until('the way in has a rate', async () => {
      await fleet.admin.jetstream().publish(telemetrySubject(0), 'no batch');
      const status = await fleet.call<PipelineStatus>('getPipelineStatus', {});
      return (status.messagesInPerSecond ?? 0) > 0 ? status : undefined;
    });
    expect(rated.messagesOutPerSecond).toBe(0);
    await (await fleet.admin.jetstreamManager()).streams.purge(TELEMETRY_STREAM);
  });
});

describe('tokens', () => {
  it('are made, used, listed and ended', async () => {
    const request = { kind: 'TOKEN_KIND_ACCESS', name: 'reports', scopes: ['read'] };
    const { token, secret } = await fleet.call<CreateTokenResponse>('createToken', request);
    expect(token).toMatchObject({ kind: 'TOKEN_KIND_ACCESS', name: 'reports', scopes: ['read'], revoked: false });
    expect((await fleet.call<ListNodesResponse>('listNodes', {}, secret)).nodes.length).toBe(2);
    await expect(fleet.call('listTokens', {}, secret)).rejects.toMatchObject({ code: 7 });
    await fleet.call('revokeToken', { id: token?.id });
    await expect(fleet.call('listNodes', {}, secret)).rejects.toMatchObject({ code: 16 });
    await expect(fleet.call('revokeToken', { id: 'ffffffffffff' })).rejects.toMatchObject({ code: 5 });
    await expect(fleet.call('createToken', { name: 'x' })).rejects.toMatchObject({ code: 3 });
  });
});
