import { expect, it } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import type { QueryEnd } from './query-end.ts';
import type { RowStream } from './row-stream.ts';

const DOUBLE = 701;

function stage(maxRows: number) {
  const controller = new AbortController();
  const stream: string[] = [];
  const end = { signal: controller.signal, fail: (error: Error) => controller.abort(error) } as unknown as QueryEnd;
  const reader = new FrameReader(maxRows, end);
  reader.follow({ pause: () => stream.push('pause'), resume: () => stream.push('resume') } as unknown as RowStream);
  reader.columns([{ name: 'busy', dataTypeID: DOUBLE }]);
  return { reader, stream };
}

it('says that there is more where a row beyond the limit comes, and reads no further', async () => {
  const { reader, stream } = stage(2);
  for (const value of ['1', '2', '3', '4']) reader.row([value]);
  expect(await reader.next()).toMatchObject({ rows: 2, columns: [{ name: 'busy' }], totals: { rows: 2, truncated: true } });
  expect(stream).toEqual(['pause']);
});

it('says that it is all where exactly as many rows come', async () => {
  const { reader } = stage(2);
  for (const value of ['1', '2']) reader.row([value]);
  reader.end();
  expect(await reader.next()).toMatchObject({ rows: 2, totals: { rows: 2, truncated: false } });
});

it('hands out a frame each 5,000 rows, the columns with the first alone, and stops reading while one waits', async () => {
  const { reader, stream } = stage(20_000);
  for (let row = 0; row < 5000; row++) reader.row([String(row)]);
  expect(stream).toEqual(['pause']);
  expect(await reader.next()).toMatchObject({ rows: 5000, columns: [{ name: 'busy' }], totals: undefined });
  const next = reader.next();
  expect(stream).toEqual(['pause', 'resume']);
  reader.row([null]);
  reader.end();
  expect(await next).toMatchObject({ rows: 1, columns: [], totals: { rows: 5001, truncated: false } });
});

it('cuts frames by their text too, so that none is too large for a message', async () => {
  const { reader, stream } = stage(20_000);
  reader.row(['x'.repeat(512 * 1024 - 1)]);
  expect(stream).toEqual([]);
  reader.row(['x']);
  expect(stream).toEqual(['pause']);
  expect(await reader.next()).toMatchObject({ rows: 2 });
});

it('does not hand out after a failure what came before it', async () => {
  const { reader } = stage(10);
  reader.row(['1']);
  const next = reader.next();
  reader.error(new Error('the server went away'));
  await expect(next).rejects.toThrow('the server went away');
  await expect(reader.next()).rejects.toThrow('the server went away');
});
