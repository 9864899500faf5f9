import { expect, it } from 'vitest';
import { toJson, toJsonLine } from './output.ts';

it('writes times as ISO 8601, and leaves out what only the codec needs', () => {
  const node = {
    ...{ name: 'web-1', cpuPercent: 5, _cpuPercent: 'cpuPercent', bytes: Buffer.from('ab') },
    seen: { seconds: '1796032800', nanos: 123_456_000 },
    enrolled: { seconds: 1_796_032_800, nanos: 0 },
    span: { seconds: 5, rows: 2 },
  };
  expect(JSON.parse(toJson({ nodes: [node] }))).toEqual({
    nodes: [
      {
        ...{ name: 'web-1', cpuPercent: 5, bytes: 'YWI=', span: { seconds: 5, rows: 2 } },
        ...{ seen: '2026-11-30T10:00:00.123456Z', enrolled: '2026-11-30T10:00:00.000Z' },
      },
    ],
  });
  expect(toJsonLine({ at: { seconds: 0, nanos: 0 } })).toBe('{"at":"1970-01-01T00:00:00.000Z"}\n');
});

it('keeps what only looks like a word of the codec', () => {
  const columns = { _host: 'web-1', _unit: 'unit', _cpu: 'cpu', cpu: 1 };
  expect(JSON.parse(toJsonLine({ columns }))).toEqual({ columns: { _host: 'web-1', _unit: 'unit', cpu: 1 } });
});
