import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CUT_BATCH_BYTES, frameBytes } from '../../common/batch-size.ts';
import { BatchBuilder, type ImportSeries, seriesProblem } from './batch-builder.ts';
import { textProblem } from './text-rows.ts';

const TIME_US = Date.UTC(2026, 10, 20) * 1000;

function build(fields: number): { builder: BatchBuilder; batches: { nodeId: string; seq: number; rows: number }[] } {
  const batches: { nodeId: string; seq: number; rows: number }[] = [];
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: [], fields: Array.from({ length: fields }, (_, i) => `f${i}`), identity: 'x' },
    onBatch: ({ nodeId, seq, frame }) => batches.push({ nodeId, seq, rows: frame.timeUs.length }),
  });
  return { builder, batches };
}

it('holds fewer rows of a wide file', () => {
  const { builder, batches } = build(400);
  const values = new Float64Array(400);
  const series = Array.from({ length: 100 }, (_, i) => ({ node: builder.node(`n${i}`), tagValues: [], index: -1 }));
  for (let row = 0; row < 8000; row++) builder.add(series[row % 100] as (typeof series)[0], TIME_US + row, values, 0);
  expect(batches.length).toBe(100);
  expect(batches.reduce((sum, batch) => sum + batch.rows, 0) * 400 * 8).toBeLessThan(25 * 1024 * 1024);
});

it('holds no room for a node that comes no more', () => {
  const { builder, batches } = build(2);
  const gone = builder.node('gone');
  builder.add({ node: gone, tagValues: [], index: -1 }, TIME_US, new Float64Array(2), 0);
  builder.flush();
  builder.flush();
  expect(gone.values.length).toBe(0);
  builder.add({ node: gone, tagValues: [], index: -1 }, TIME_US + 1, Float64Array.of(1, 2), 0);
  builder.flush();
  expect(batches).toEqual([
    { nodeId: 'gone', seq: 1, rows: 1 },
    { nodeId: 'gone', seq: 2, rows: 1 },
  ]);
});

/** A text of this many letters, so that a few rows are much. */
const long = fc
  .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 4000 }))
  .map(([unit, times]) => unit.repeat(times / unit.length));
const text = fc.oneof({ weight: 5, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) }, { weight: 1, arbitrary: long });
const shapes = fc.record({
  tags: fc.integer({ min: 0, max: 12 }),
  fields: fc.integer({ min: 0, max: 60 }),
  texts: fc.integer({ min: 0, max: 12 }),
});
const files = shapes.chain(({ tags, fields, texts }) =>
  fc.record({
    ...{ tags: fc.constant(tags), fields: fc.constant(fields), texts: fc.constant(texts) },
    series: fc.array(fc.array(text, { minLength: tags, maxLength: tags }), { minLength: 1, maxLength: 30 }),
    rows: fc.array(
      fc.record({ series: fc.nat(1000), texts: fc.array(fc.option(text, { freq: 2 }), { minLength: texts, maxLength: texts }) }),
      { minLength: 1, maxLength: 60 },
    ),
    repeat: fc.integer({ min: 1, max: 20 }),
  }),
);
const columns = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${letter.repeat(60)}${i}`);

it('keeps every batch of any rows within the limit, and every row', () => {
  fc.assert(
    fc.property(files, (file) => {
      const [tags, fields, texts] = [columns('t', file.tags), columns('f', file.fields), columns('x', file.texts)];
      const seen = new Set<number>();
      const builder = new BatchBuilder({
        ...{ measurement: 'm', tags, fields, texts, identity: 'x' },
        onBatch: ({ nodeId, frame }) => {
          expect(frameBytes(frame)).toBeLessThanOrEqual(CUT_BATCH_BYTES);
          for (const [row, timeUs] of frame.timeUs.entries()) {
            seen.add(timeUs - TIME_US);
            expect(`${nodeId} ${frame.series[frame.seriesIndex[row] as number]?.join('\0')}`).toBe(expected[timeUs - TIME_US]);
          }
        },
      });
      const series: ImportSeries[] = file.series.map((tagValues, i) => ({ node: builder.node(`n${i % 2}`), tagValues, index: -1 }));
      const expected: Record<number, string> = {};
      let at = 0;
      let taken = 0;
      for (let again = 0; again < file.repeat; again++)
        for (const row of file.rows) {
          const one = series[row.series % series.length] as ImportSeries;
          if (
            seriesProblem(one) !== undefined ||
            textProblem(
              row.texts,
              texts.map((header) => ({ header })),
            ) !== undefined
          )
            continue;
          taken++;
          expected[at] = `${one.node.nodeId} ${one.tagValues.join('\0')}`;
          builder.add(one, TIME_US + at++, new Float64Array(fields.length), 0, row.texts);
        }
      builder.flush();
      expect(seen.size).toBe(taken);
    }),
    { numRuns: 40 },
  );
});

it('cuts before a row whose tags the batch has no room for, and refuses the row that no batch can hold', () => {
  const batches: number[] = [];
  const tags = Array.from({ length: 12 }, (_, i) => `t${i}`);
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags, fields: ['v'], identity: 'x' },
    onBatch: ({ frame }) => batches.push(frameBytes(frame)),
  });
  const node = builder.node('n');
  for (let row = 0; row < 4100; row++) {
    const tagValues = tags.map((_, i) => `${i === 0 ? row : 'x'}`.padEnd(180, 'x'));
    builder.add({ node, tagValues, index: -1 }, TIME_US + row, new Float64Array(1), 0);
  }
  builder.flush();
  expect(batches.length).toBeGreaterThan(15);
  expect(Math.max(...batches)).toBeLessThanOrEqual(CUT_BATCH_BYTES);
  expect(Math.min(...batches.slice(0, -1))).toBeGreaterThan(CUT_BATCH_BYTES * 0.9);
  expect(seriesProblem({ node, tagValues: ['x'.repeat(200_000)], index: -1 })).toBe(
    'its tags have 200004 bytes, a row may have 4096: name fewer with --tags',
  );
  expect(seriesProblem({ node, tagValues: ['x'.repeat(4093)], index: -1 })).toBeUndefined();
  expect(seriesProblem({ node, tagValues: ['x'.repeat(4094)], index: -1 })).toContain('have 4097 bytes');
  expect(seriesProblem({ node, tagValues: ['a', 'b\0c'], index: -1 })).toBe('a tag has a NUL character in it, which no text may have');
});

it('sends of a name as much as anybody keeps, so that a message is not larger than its batch allows', () => {
  const labels: unknown[] = [];
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: [], fields: ['v'], identity: 'x' },
    onBatch: (batch) => labels.push(batch.labels),
  });
  for (const ending of ['a', 'b'])
    builder.add({ node: builder.node(`${'é'.repeat(500_000)}${ending}`), tagValues: [], index: -1 }, TIME_US, new Float64Array(1), 0);
  builder.flush();
  expect(labels).toEqual([{ name: 'é'.repeat(1024) }, { name: 'é'.repeat(1024) }]);
});

it('gives an address one id, with a port or without, and numbers its batches once', () => {
  const builder = new BatchBuilder({ measurement: 'm', tags: [], fields: ['v'], identity: 'x', onBatch: () => undefined });
  expect(builder.node('192.168.100.27:9100')).toBe(builder.node('192.168.100.27'));
  expect(builder.node('192.168.100.27').nodeId).toBe('192.168.100.27');
  expect(builder.node('0:0:0:0:0:0:0:1')).toBe(builder.node('::1'));
  expect(builder.node('accra 1').nodeId).toMatch(/^accra-1-[0-9a-f]{8}$/);
});

it('refuses rows of a second name of a node with another port, unless a tag has the name, also where it goes on', () => {
  const create = () => new BatchBuilder({ measurement: 'm', tags: ['t'], fields: ['v'], identity: 'x', onBatch: () => undefined });
  const builder = create();
  const problem = (of: BatchBuilder, name: string, tag = '') => seriesProblem({ node: of.node(name), name, tagValues: [tag], index: -1 });
  expect(problem(builder, 'host:9100')).toBeUndefined();
  expect(problem(builder, 'host:9182')).toBe(
    'host:9182 is the node host, as host:9100 is, and of two rows with one time only one would stay: name the column of the node among the tags, --tags COLUMN (tags)',
  );
  expect(problem(builder, 'host')).toContain('host is the node host, as host:9100 is');
  expect(problem(builder, 'host:9182', 'host:9182')).toBeUndefined();
  expect(['::1', '0:0:0:0:0:0:0:1', '[::1]', 'accra 1', 'accra 2:80'].map((name) => problem(builder, name))).toEqual(
    Array(5).fill(undefined),
  );
  const again = create();
  again.restore(builder.numbers(), {}, builder.names());
  expect(builder.names()).toEqual({ host: 'host:9100', [builder.node('accra 2:80').nodeId]: 'accra 2:80' });
  expect(problem(again, 'host:9182')).toContain('as host:9100 is');
  expect(['host:9100', '::1', 'accra 1', 'accra 2:80'].map((name) => problem(again, name))).toEqual(Array(4).fill(undefined));
});
