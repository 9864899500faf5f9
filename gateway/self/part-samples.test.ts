import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import type { EtlStatus, ProcessSample } from '../../core/common/streams.ts';
import { PartSamples } from './part-samples.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const cost: ProcessSample = { timeUs: 5, cpuPercent: 1, rssBytes: 2, heapUsedBytes: 3, eventLoopP99Ms: 4, eventLoopMaxMs: 5 };

function setup(everySeconds: number, deliver?: () => Promise<never>) {
  const sent: [string, FrameColumns][] = [];
  const problems: string[] = [];
  let etl: Partial<EtlStatus> | undefined = { process: cost, rowsPerSecond: 9, suspendedTables: [] };
  const samples = new PartSamples({
    ...{ gateway: 'gateway-1', everySeconds, queuedBytes: () => 7 },
    ingest: {
      deliver: async (nodeId, [frame]) => {
        if (deliver !== undefined) return deliver();
        sent.push([nodeId, frame as FrameColumns]);
        return { node_id: nodeId, epoch: '', seq: 1, rows: 1 };
      },
    },
    etlStatus: async () => etl as EtlStatus | undefined,
    events: { retried: ({ error }) => problems.push(error) },
  });
  return { samples, sent, problems, setEtl: (status: typeof etl) => (etl = status) };
}

it("sends this gateway's cost each time, and the ETL's when it is new", async () => {
  const { samples, sent, setEtl } = setup(10);
  await samples.start();
  await vi.advanceTimersByTimeAsync(20_000);
  setEtl(undefined);
  await vi.advanceTimersByTimeAsync(10_000);
  await samples.stop();
  expect(sent.map(([node, { measurement, series }]) => [node, measurement, series[0]?.[0]])).toEqual([
    ['muster-gateway-1', 'muster_part', 'gateway'],
    ['muster-etl', 'muster_part', 'etl'],
    ['muster-gateway-1', 'muster_part', 'gateway'],
    ['muster-gateway-1', 'muster_part', 'gateway'],
  ]);
  const frame = sent[1]?.[1] as FrameColumns;
  expect(Object.fromEntries(frame.fields.map((name, i) => [name, frame.values[i]]))).toMatchObject({
    cpu_percent: 1,
    rss_bytes: 2,
    rows_per_second: 9,
  });
});

it('is off with 0, and says so when one cannot be sent', async () => {
  const off = setup(0);
  await off.samples.start();
  await vi.advanceTimersByTimeAsync(60_000);
  await off.samples.stop();
  expect(off.sent).toEqual([]);
  const away = setup(1, () => Promise.reject(new Error('the stream is away')));
  await away.samples.start();
  await vi.advanceTimersByTimeAsync(1000);
  await away.samples.stop();
  expect(away.problems).toEqual(['the stream is away']);
});
