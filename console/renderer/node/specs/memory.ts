// Memory, swap, paging.
import { chart, GIB, line, MIB, twoWays } from './chart-spec.ts';

export const MEMORY = chart(
  'memory',
  'Memory',
  'GiB',
  'memory',
  [line('used', 'used', 1, { filled: true }), line('cached', 'cached', 3), line('buffers', 'buffers', 2)],
  { scale: GIB },
);

export const SWAP = chart('swap', 'Swap', 'GiB', 'swap', [line('used', 'used', 4, { filled: true }), line('total', 'total', 3)], {
  scale: GIB,
  decimals: 2,
  optional: true,
  // A machine without swap says so with a total of nothing.
  present: ([, total = 0]) => total > 0,
});

export const MEMORY_CHARTS = [
  MEMORY,
  chart('memory_share', 'Used', '%', 'memory', [line('used', 'used_percent', 1, { filled: true })], { max: 100 }),
  chart(
    'memory_kinds',
    'Memory by use',
    'GiB',
    'memory',
    [
      line('anonymous', 'anonymous', 1),
      line('mapped', 'mapped', 2),
      line('shared', 'shared', 3),
      line('active', 'active', 4),
      line('inactive', 'inactive', 7),
    ],
    { scale: GIB, decimals: 2, optional: true },
  ),
  chart(
    'memory_kernel',
    'Kernel and writeback',
    'MiB',
    'memory',
    [
      line('slab', 'slab', 1),
      line('stacks', 'kernel_stack', 3),
      line('page tables', 'page_tables', 2),
      line('dirty', 'dirty', 8),
      line('writeback', 'writeback', 4),
    ],
    { scale: MIB, optional: true },
  ),
  chart('memory_commit', 'Committed', 'GiB', 'memory', [line('committed', 'committed', 1), line('limit', 'commit_limit', 3)], {
    scale: GIB,
    optional: true,
  }),
  chart(
    'pressure_memory',
    'Waiting for memory',
    '% of time',
    'pressure',
    [line('some', 'some_avg10', 1), line('all', 'full_avg10', 2), line('some, now', 'some_percent', 3)],
    { tags: { resource: 'memory' }, optional: true },
  ),
  SWAP,
  chart('swap_io', 'Swapped in and out', 'MiB/s', 'swap', twoWays(['in', 'out'], ['in_bytes_per_second', 'out_bytes_per_second']), {
    scale: MIB,
    decimals: 2,
    optional: true,
    present: ([inwards = 0, outwards = 0]) => inwards + outwards > 0,
  }),
  chart('paging_io', 'Paged in and out', 'MiB/s', 'paging', twoWays(['in', 'out'], ['in_bytes_per_second', 'out_bytes_per_second']), {
    scale: MIB,
    optional: true,
  }),
  chart('faults', 'Page faults', 'a second', 'paging', [line('all', 'faults_per_second', 1), line('major', 'major_faults_per_second', 8)], {
    decimals: 0,
    optional: true,
  }),
  chart(
    'reclaim',
    'Pages scanned, and OOM kills',
    'a second',
    'paging',
    [
      line('background', 'background_scans_per_second', 1),
      line('direct', 'direct_scans_per_second', 2),
      line('OOM kills', 'oom_kills_per_second', 8),
    ],
    { decimals: 0, optional: true },
  ),
];
