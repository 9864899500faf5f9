// CPU, its clock, what waits for it.
import { chart, eachOf, line } from './chart-spec.ts';

const TOTAL = { cpu: 'total' };

/** What the agent calls busy: all modes but idle and iowait, for a core that waits for a disk is free. */
export const CPU_BUSY = chart('cpu_busy', 'CPU', '%', 'cpu', [line('busy', 'busy', 1)], { tags: TOTAL, max: 100 });

/** Up to steal the modes add up to busy; iowait, which is idle time, lies on top. */
export const CPU = chart(
  'cpu',
  'CPU by mode',
  '%',
  'cpu',
  [
    line('user', 'user', 1),
    line('nice', 'nice', 4),
    line('system', 'system', 2),
    line('irq', 'irq', 7),
    line('softirq', 'softirq', 3),
    line('steal', 'steal', 5),
    line('iowait', 'iowait', 8),
  ],
  { tags: TOTAL, stacked: true, max: 100 },
);

export const LOAD = chart(
  'load',
  'Load average',
  'processes',
  'load',
  [line('1 min', 'load1', 1), line('5 min', 'load5', 2), line('15 min', 'load15', 3)],
  { decimals: 2 },
);

export const CPU_CHARTS = [
  CPU,
  LOAD,
  eachOf('cpu_cores', 'Busiest cores', '%', 'cpu', { tag: 'cpu', field: 'busy' }, { except: ['total'], max: 100 }),
  chart(
    'cpu_interrupts',
    'Interrupts and nice',
    '%',
    'cpu',
    [line('irq', 'irq', 1), line('softirq', 'softirq', 2), line('nice', 'nice', 3)],
    { tags: TOTAL },
  ),
  chart(
    'cpu_frequency',
    'Clock',
    'GHz',
    'cpu_frequency',
    [line('mean', 'mean_hertz', 1), line('lowest', 'lowest_hertz', 3), line('highest', 'highest_hertz', 2)],
    { scale: 1e-9, decimals: 2, optional: true },
  ),
  chart(
    'pressure_cpu',
    'Waiting for CPU',
    '% of time',
    'pressure',
    [line('some, 10 s', 'some_avg10', 1), line('some, 60 s', 'some_avg60', 3), line('some, now', 'some_percent', 2)],
    { tags: { resource: 'cpu' }, optional: true },
  ),
  chart(
    'switches',
    'Context switches and interrupts',
    'a second',
    'processes',
    [line('switches', 'context_switches_per_second', 1), line('interrupts', 'interrupts_per_second', 2)],
    { decimals: 0, optional: true },
  ),
  chart('gpu_use', 'GPU', '%', 'gpu', [], { each: { tag: 'gpu', field: 'utilization_percent' }, optional: true, max: 100 }),
];
