// Who holds what while a caller sleeps: the runner of queries against a server that answers as slowly, as endlessly and as wrongly as a test wants.
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MusterError } from '../../core/common/muster-error.ts';
import { QueryRunner } from '../../gateway/fleet/query/query.ts';
import type { QueryFrame } from '../../proto/gen/messages.ts';
import {
  type FakePostgres,
  startFakePostgres,
  WIRE_END,
  wireDescription,
  wireInt,
  wireMessage,
  wireRow,
} from '../harness/fake-postgres.ts';
import { until } from '../harness/until.ts';

let fake: FakePostgres;
let runner: QueryRunner;

const FEW = Buffer.concat([wireDescription(1), wireRow('x'), WIRE_END]);
const MANY_ROWS = Buffer.concat(Array.from({ length: 6000 }, () => wireRow('x')));
const WRONG: Readonly<Record<string, Buffer>> = {
  'select short': wireMessage('D', wireInt(2, 2), wireInt(1, 4), 'x'),
  'select long': wireMessage('D', wireInt(2, 2), wireInt(1, 4), 'x', wireInt(60_000, 4)),
  'select negative': wireMessage('D', wireInt(2, 2), wireInt(1, 4), 'x', wireInt(-5, 4)),
  'select fewer': wireRow('x'),
};

function answer(socket: Socket, sql: string): void {
  const wrong = WRONG[sql];
  if (sql.includes('endless')) {
    socket.write(wireDescription(1));
    const more = (): void => {
      while (!socket.destroyed && socket.write(MANY_ROWS));
    };
    socket.on('drain', more);
    more();
  } else if (wrong !== undefined) socket.write(Buffer.concat([wireDescription(2), wrong, wireRow('a', 'b'), WIRE_END]));
  else if (!sql.includes('silent')) socket.write(FEW);
}

beforeEach(async () => {
  fake = await startFakePostgres(answer);
  runner = new QueryRunner({ host: '127.0.0.1', port: fake.port, user: 'reader', passwordFile: '' });
  await runner.start();
});
afterEach(async () => {
  await runner.stop();
  await fake.stop();
});

interface Call {
  frames: AsyncGenerator<QueryFrame, void>;
  ended: MusterError[];
}

function call(tokenId: string, sql: string, timeoutMs = 1000, signal = new AbortController().signal): Call {
  const ended: MusterError[] = [];
  const end = (error: MusterError): void => {
    ended.push(error);
  };
  return { frames: runner.run({ sql, maxRows: 1_000_000, timeoutMs }, signal, { tokenId, end }), ended };
}

/** One that takes a frame and then nothing. */
async function sleeper(tokenId: string): Promise<Call> {
  const sleeping = call(tokenId, 'select endless');
  expect((await sleeping.frames.next()).value).toMatchObject({ rows: 5000 });
  return sleeping;
}

it('gives connections back at the deadline, though their callers never come again', async () => {
  const sleepers = await Promise.all(['a', 'a', 'b', 'b'].map(sleeper));
  const waiting = call('c', 'select 1', 5000).frames.next();
  await until('the calls are ended', () => sleepers.every(({ ended }) => ended[0]?.code === 'deadline_exceeded'), 3000);
  expect((await waiting).value).toMatchObject({ rows: 1, totals: { rows: 1 } });
  await until('their connections are closed', () => fake.open() <= 1 && fake.cancels === 4, 3000);
  for (const { frames } of sleepers) await expect(frames.next()).rejects.toThrow('took longer than 1000 ms');
});

it('lets no caller take the database from another', async () => {
  const sleepers = await Promise.all(['a', 'a', 'a'].map(sleeper));
  const fourth = call('a', 'select fourth', 300);
  const refused = expect(fourth.frames.next()).rejects.toMatchObject({ code: 'resource_exhausted' });
  expect((await call('b', 'select 1').frames.next()).value).toMatchObject({ totals: { rows: 1 } });
  await refused;
  expect(fake.statements).not.toContain('select fourth');
  for (const { frames } of sleepers) await frames.return();
});

it('ends the connection of a caller that goes, and cancels its query', async () => {
  const gone = new AbortController();
  const silent = call('a', 'select silent', 5000, gone.signal).frames.next();
  await until('it runs', () => fake.statements.includes('select silent'));
  gone.abort();
  await expect(silent).rejects.toMatchObject({ code: 'cancelled' });
  await until('it is over', () => fake.open() === 0 && fake.cancels === 1);
});

it('asks the database to end a statement at the time limit of the call, or soon after', async () => {
  for (const timeoutMs of [0, 900, 4000, 60_000]) for await (const _ of call('a', 'select 1', timeoutMs).frames);
  expect(fake.startups.map((words) => /statement_timeout=(\d+)/.exec(words)?.[1])).toEqual(['10000', '1000', '5000', '60000']);
  expect(fake.cancels).toBe(0);
});

it.each(Object.keys(WRONG))('ends the query and the connection for %s', async (sql) => {
  await expect(call('a', sql).frames.next()).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('column') });
  await until('the connection is closed', () => fake.open() === 0);
  expect((await call('a', 'select 1').frames.next()).value).toMatchObject({ totals: { rows: 1 } });
});
