import { expect, it } from 'vitest';
import { ProcessSampler } from './process-sampler.ts';

it('tells what the process cost since it was last asked', () => {
  const sampler = new ProcessSampler();
  const until = performance.now() + 60;
  while (performance.now() < until) Math.sqrt(until);
  const busy = sampler.take(7);
  sampler.stop();
  expect(busy.timeUs).toBe(7);
  expect(busy.cpuPercent).toBeGreaterThan(5);
  expect(busy.cpuPercent).toBeLessThan(800);
  expect(busy.rssBytes).toBeGreaterThan(10e6);
  expect(busy.heapUsedBytes).toBeGreaterThan(1e6);
  expect(busy.eventLoopMaxMs).toBeGreaterThanOrEqual(busy.eventLoopP99Ms);
});
