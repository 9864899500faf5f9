import { describe, expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { QueryFrame, QueryRequest, QueryValues } from '../../proto/gen/messages.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { HttpRequest } from './http-door.ts';
import { metricsRoute } from './metrics-route.ts';

const NONE: QueryValues = { numbers: [], texts: [], timesUs: [], nulls: [] };
const CPU = {
  name: 'cpu',
  view: false,
  columns: [
    { name: 'timestamp', type: 'timestamp', tag: false },
    { name: 'node_id', type: 'symbol', tag: true },
    { name: 'busy', type: 'double', tag: false },
  ],
};

/** What was asked of a database that has so many rows, and what the route answered. */
async function answered(rows: number, query: string): Promise<{ asked: QueryRequest[]; answer: HttpAnswer; text: string }> {
  const asked: QueryRequest[] = [];
  const route = metricsRoute({
    nodeId: (name) => {
      if (name !== 'web-1') throw new MusterError('not_found', `there is no node ${name}`);
      return 'id-of-web-1';
    },
    measurements: async () => [CPU],
    tierPlan: async () => {
      throw new Error('not asked for');
    },
    async *query(request) {
      asked.push(request);
      const count = request.sql.startsWith('select count(');
      const one = { columns: [{ name: 'n', type: 'long' }], rows: 1, values: [{ ...NONE, numbers: [count ? rows : 1] }] };
      yield { ...one, totals: { rows: 1, truncated: false, elapsedMs: 0 } } as QueryFrame;
    },
  });
  const request = { query: new URLSearchParams(query), signal: new AbortController().signal, caller: undefined };
  const answer = await route.answer(request as unknown as HttpRequest);
  let text = '';
  for await (const part of answer.body as AsyncIterable<string>) text += part;
  return { asked, answer, text };
}

describe('GET /api/metrics', () => {
  const RANGE = 'measurement=cpu&last=1d';

  it('gives all rows of a CSV', async () => {
    const { asked, answer } = await answered(86_400, `${RANGE}&format=csv`);
    expect(asked[1]).toMatchObject({ sql: expect.not.stringContaining('limit'), maxRows: 1_000_000 });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-muster-rows': '86400', 'x-muster-truncated': 'false' } });
  });

  it('refuses a CSV that would be cut, with what to do', async () => {
    await expect(answered(1_000_001, `${RANGE}&format=csv`)).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringMatching(/1000001 rows.*narrow from and to/),
    });
  });

  it.each([
    ['csv', `${RANGE}&format=csv&limit=100`, 100],
    ['JSON', `${RANGE}&limit=100`, 100],
    ['JSON by default', RANGE, 10_000],
  ])('keeps the newest rows of %s, and says so', async (_, query, limit) => {
    const { asked, answer, text } = await answered(86_400, query);
    expect(asked[1]?.sql).toContain(`order by timestamp desc limit ${limit}) order by timestamp`);
    expect(answer.headers).toMatchObject({ 'x-muster-rows': '86400', 'x-muster-truncated': 'true' });
    if (!query.includes('csv')) expect(JSON.parse(text)).toMatchObject({ truncated: true });
  });

  it('says that nothing is missing where nothing is', async () => {
    const { asked, text } = await answered(100, `${RANGE}&limit=100`);
    expect(asked[1]?.sql).not.toContain('limit');
    expect(JSON.parse(text)).toMatchObject({ truncated: false });
  });

  it('takes the name of a node, and its id while its rows are there', async () => {
    expect((await answered(5, `${RANGE}&node=web-1`)).asked[0]?.sql).toContain("node_id = 'id-of-web-1'");
    expect((await answered(5, `${RANGE}&node=gone`)).asked[1]?.sql).toContain("node_id = 'gone'");
    await expect(answered(0, `${RANGE}&node=nobody`)).rejects.toMatchObject({ code: 'not_found' });
  });
});
