import { expect, it } from 'vitest';
import { timeWindow } from '../../core/common/row-time.ts';
import { parseSnapshot } from './snapshot.ts';

const NOW_US = Date.UTC(2026, 10, 23, 12) * 1000;
const parse = (body: unknown) => parseSnapshot(body, NOW_US, timeWindow(NOW_US, 30));

it('takes the nineteen names of small agents in their units', () => {
  const { samples, summary } = parse({
    ...{ node_id: '192.168.100.27', timestamp: '2026-11-23T11:59:58Z', cpu_percent: 12.5, memory_percent: 40 },
    ...{ memory_used_mb: 1024.5, memory_total_mb: 4096, disk_percent: 50, disk_used_gb: 10.25, disk_total_gb: 20 },
    ...{ network_rx_bytes: 1000, network_tx_bytes: 2000, network_rx_rate_mbps: 8, network_tx_rate_mbps: 0.5 },
    ...{ uptime_seconds: 60, process_count: 70, active_connections: 7, load_avg_1m: 0.5, load_avg_5m: 0.25, load_avg_15m: 0.125 },
  });
  expect(new Set(samples.map(({ nodeId, timeUs }) => `${nodeId} ${timeUs}`))).toEqual(new Set([`192.168.100.27 ${NOW_US - 2e6}`]));
  expect(Object.fromEntries(samples.map(({ measurement, fields }) => [measurement, fields]))).toEqual({
    cpu: { busy: 12.5 },
    memory: { used_percent: 40, used: 1024.5 * 1024 ** 2, total: 4 * 1024 ** 3 },
    filesystem: { used_percent: 50, used: 10.25 * 1024 ** 3, total: 20 * 1024 ** 3 },
    network: { rx_bytes: 1000, tx_bytes: 2000, rx_bytes_per_second: 1e6, tx_bytes_per_second: 62_500 },
    uptime: { uptime_seconds: 60 },
    processes: { total: 70 },
    sockets: { active_connections: 7 },
    load: { load1: 0.5, load5: 0.25, load15: 0.125 },
  });
  expect(summary).toMatchObject({ cpuPercent: 12.5, diskMount: '/', load1: 0.5, networkRxBytesPerSecond: 1e6, processCount: 70 });
});

it.each([
  [
    { cpu_pct: 1, load_1m: 2, foo_bar_baz: 3 },
    'a snapshot has no cpu_pct (send cpu_percent), load_1m (send load_avg_1m), foo_bar_baz: see',
  ],
  [{ disk_used_bytes: 1 }, 'no disk_used_bytes (send disk_used)'],
  [{ memory_used: 1, memory_used_mb: 1 }, 'memory_used and memory_used_mb are the same value: send one of them'],
  [{ cpu_percent: '12' }, 'cpu_percent is "12": a number'],
  [{ cpu_percent: 12, timestamp: 'noon' }, 'timestamp is "noon"'],
  [{ hostname: 'a' }, 'a snapshot has at least one of cpu_percent'],
])('refuses %j with words that help', (body, words) => {
  expect(() => parse({ node_id: 'tiny', ...body })).toThrow(words);
});
