// The cap of rows that a node may have stored a day, at a real ETL.
import { expect, it } from 'vitest';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { startNats } from '../harness/nats.ts';
import { startQuestdb } from '../harness/questdb.ts';
import { until } from '../harness/until.ts';
import { countOf, deadLetters, envelope, etlStatus, plainFrame, publish, startEtl } from './etl-setup.ts';

it('sets aside whole batches of the node that is over it, names the node, and goes on so after a restart', async () => {
  const [nats, questdb] = await Promise.all([startNats(), startQuestdb()]);
  const nc = await connectNats(nats.gateway);
  await ensureStreams(nc, { streamMaxBytes: 64 * 1024 * 1024, maxAgeHours: 1 });
  const start = () => startEtl(nats, questdb.httpUrl, questdb, 'etl-capped', { 'max-rows-per-node-per-day': '150', tiers: 'false' });
  let etl = await start();
  try {
    const js = nc.jetstream({ timeout: 20_000 });
    const send = (nodeId: string, seq: number) => publish(js, envelope({ nodeId, seq, frames: [plainFrame('capped', 100, seq * 100)] }));
    const count = (nodeId: string) => countOf(questdb, `select count() from capped where node_id = '${nodeId}'`);
    const stored = (nodeId: string, rows: number) => until(`${rows} rows of ${nodeId}`, async () => (await count(nodeId)) === rows);
    await send('loud', 1);
    await stored('loud', 100);
    await send('loud', 2);
    await stored('loud', 200);
    await etl.stop();
    etl = await start();
    await send('loud', 3);
    await send('quiet', 1);
    await stored('quiet', 100);
    const letters = await until('the letter', async () => {
      const all = await deadLetters(nc);
      return all.length > 0 ? all : undefined;
    });
    expect(letters).toMatchObject([{ nodeId: 'loud', seq: 3, reason: 'node_cap' }]);
    expect(await count('loud')).toBe(200);
    await until('the problem is told', async () =>
      (await etlStatus(nc))?.problems.some((problem) => /^rows of loud are set aside/.test(problem)),
    );
    expect((await questdb.sql("select rows, bad_rows from deliveries where node_id = 'loud' and seq = 3"))[0]).toEqual([100, 100]);
  } finally {
    await etl.stop();
    await nc.close();
    await Promise.all([nats.stop(), questdb.stop()]);
  }
});
