// The harness itself: what other tests rest on.
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startMark } from '../../cli/process/process-info.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { startNats } from './nats.ts';
import { startQuestdb } from './questdb.ts';

it('keeps what nats-server stored over a kill and a restart, and leaves nothing behind', async () => {
  const nats = await startNats();
  const connection = await connectNats(nats.admin);
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: 'TRIAL', subjects: ['muster.telemetry.*'] });
  await connection.jetstream().publish('muster.telemetry.0', 'kept');
  const { pid } = nats;
  await nats.kill();
  await nats.restart();
  expect(nats.pid).not.toBe(pid);
  const again = await connectNats(nats.admin);
  expect((await (await again.jetstreamManager()).streams.info('TRIAL')).state.messages).toBe(1);
  await again.close();
  await connection.close();
  await nats.stop();
  expect([existsSync(nats.dir), startMark(nats.pid)]).toEqual([false, undefined]);
});

it('keeps the two users of nats-server apart', async () => {
  const nats = await startNats();
  const connection = await connectNats(nats.etl);
  const refused = new Promise((resolve) => {
    void (async () => {
      for await (const status of connection.status()) if (status.type === 'error') resolve(status.data);
    })();
  });
  connection.publish('muster.telemetry.0', 'not the business of the ETL');
  expect(await refused).toBe('PERMISSIONS_VIOLATION');
  await connection.close();
  await nats.stop();
});

it('keeps what QuestDB stored over a kill and a restart, and takes no statement without a login', async () => {
  const questdb = await startQuestdb();
  await questdb.sql('create table trial (timestamp timestamp, v double) timestamp(timestamp) partition by day wal');
  await questdb.sql("insert into trial values ('2026-01-01T00:00:00Z', 1)");
  await questdb.kill();
  await questdb.restart();
  await expect.poll(() => questdb.sql('select count() from trial'), { timeout: 20_000 }).toEqual([[1]]);
  expect((await fetch(`${questdb.httpUrl}/exec?query=select%201`)).status).toBe(401);
  await questdb.stop();
  expect(existsSync(questdb.dir)).toBe(false);
});
