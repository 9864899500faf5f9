import { expect, test } from 'vitest';
import { toRow } from './probe-frame.ts';
import type { ProbeSpec } from './probe-spec.ts';
import { ProbeWindow } from './probe-window.ts';

test('what a target holds of secrets is not stored', () => {
  const spec: ProbeSpec = {
    ...{ name: 'api', kind: 'http', interval: 10_000, timeout: 3000, window: 60_000 },
    target: 'https://me:hunter2@api.test:8443/health?page=2&token=hunter2',
  };
  const { tags } = toRow(spec, { country: '', region: '' }, new ProbeWindow(), 'http', 1);
  expect(tags[1]).toBe('https://me:***@api.test:8443/health?page=2&token=***');
});
