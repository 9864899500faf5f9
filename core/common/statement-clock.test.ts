import { expect, it } from 'vitest';
import { freezeNow, movingPart } from './statement-clock.ts';

const AT = Date.UTC(2026, 11, 1, 12, 0, 0, 5);
const MOMENT = "cast('2026-12-01T12:00:00.005000Z' as timestamp)";

it.each([
  ['select * from cpu where timestamp > now()', `select * from cpu where timestamp > ${MOMENT}`],
  ["select dateadd('h', -1, NOW ( )) a from t", `select dateadd('h', -1, ${MOMENT}) a from t`],
  ['select systimestamp() from t', `select ${MOMENT} from t`],
  [`select 'now()', "now()" -- now()\n from t /* now() */`, `select 'now()', "now()" -- now()\n from t /* now() */`],
  ['select now from t where now > 1', 'select now from t where now > 1'],
])('freezes %s', (sql, frozen) => {
  expect(freezeNow(sql, AT)).toBe(frozen);
});

it.each([
  ['select * from cpu where timestamp in today()', 'today()'],
  ["select * from cpu where timestamp in '$now-1h..$now'", "'$now-1h..$now'"],
  ['select rnd_double() from t', 'rnd_double()'],
  ['select sysdate() from t', 'sysdate()'],
])('finds what moves in %s', (sql, part) => {
  expect(movingPart(sql)).toBe(part);
});

it.each([["select 'today()' a, today from t"], ['select * from cpu order by timestamp'], [freezeNow('select now()', AT)]])(
  'finds nothing that moves in %s',
  (sql) => {
    expect(movingPart(sql)).toBeUndefined();
  },
);

it.each([' ', "'", '"', '(', '/*', '-', 'a', 'now', 'now(', '$', '--\n', "''"])('takes no time for a long statement of %j', (piece) => {
  const sql = `select 1 ${piece.repeat(Math.ceil(100_000 / piece.length))}`;
  const tookMs = Array.from({ length: 5 }, () => {
    const startMs = performance.now();
    freezeNow(sql, AT);
    movingPart(sql);
    return performance.now() - startMs;
  });
  // The least: the clock goes on beside other work.
  expect(Math.min(...tookMs)).toBeLessThan(500);
});
