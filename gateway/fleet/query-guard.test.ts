import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { guardQuery } from './query-guard.ts';

describe('the query guard', () => {
  it.each([
    'select 1',
    "SELECT * FROM cpu WHERE node_id = 'a' AND busy > 50 LIMIT 10;",
    "select timestamp, avg(busy) from cpu where timestamp in '2026-11-22' sample by 1m fill(prev) align to calendar",
    'cpu',
    'cpu latest on timestamp partition by node_id',
    "'cpu' where cpu = 'total'",
    'tables()',
    'select * from wal_tables()',
    'show tables',
    'SHOW COLUMNS FROM cpu',
    'show columns from "cpu"',
    'with hot as (select node_id, max(busy) b from cpu) select * from hot order by b desc',
    'declare @limit := 5 select * from cpu limit @limit',
    'select a.busy, b.used from cpu a asof join memory b on (node_id)',
    'select a.busy from cpu a lt join memory b on (node_id)',
    'explain select 1',
    '(select 1) union all (select 2)',
    "select case when busy > 5 then 'hot' else 'cold' end from cpu",
    'select row_number() over (partition by node_id order by timestamp) from cpu',
    "select \"update\", d::int, l[1], -1.5e3, 'it''s' from x",
    'select t.update from t',
    'select 1 /* insert; drop */ -- files(\n + 1',
    "select replace(text, 'insert', 'x') from events",
  ])('lets %s through', (sql) => {
    expect(guardQuery(sql).length).toBeGreaterThan(0);
  });

  it.each([
    ['', 'query, position 1: there is no statement: write a SELECT'],
    ['-- nothing', 'query, position 1: there is no statement: write a SELECT'],
    ['insert into cpu values (1)', 'query, position 1: INSERT is not allowed: queries only read'],
    ['UPDATE cpu SET busy = 1', 'query, position 1: UPDATE is not allowed: queries only read'],
    ['drop table cpu', 'DROP is not allowed'],
    ['alter table cpu drop column busy', 'ALTER is not allowed'],
    ['truncate table cpu', 'TRUNCATE is not allowed'],
    ['create table x (a int)', 'CREATE is not allowed'],
    ["copy cpu from '/etc/passwd'", 'COPY is not allowed'],
    ["copy (select 1) to '/tmp'", 'COPY is not allowed'],
    ['with x as (select 1) insert into cpu select * from x', 'query, position 22: INSERT is not allowed'],
    ['declare @x := 1 update cpu set busy = @x', 'query, position 17: UPDATE is not allowed'],
    ['set statement_timeout = 0', 'SET is not allowed'],
    ['begin', 'BEGIN is not allowed'],
    ['cancel query 5', 'CANCEL is not allowed'],
    ['vacuum table cpu', 'VACUUM is not allowed'],
    ['reindex table cpu lock exclusive', 'REINDEX is not allowed'],
    ['do something', 'query, position 1: a query begins with SELECT or WITH, not with do'],
    ['select 1; select 2', 'query, position 9: one statement at a time: nothing may follow the semicolon'],
    ['select 1; drop table cpu', 'one statement at a time'],
    ["select * from files('/etc')", 'query, position 15: files() is not allowed'],
    ["select * from FILES ('/etc')", 'files() is not allowed'],
    ["select * from files/* */('/etc')", 'files() is not allowed'],
    ["files('/etc')", 'query, position 1: files() is not allowed'],
    ['select * from "files"(\'/etc\')', 'files cannot be called: functions are written without quotes'],
    ["select * from 'files'('/etc')", "'files' cannot be called"],
    ["select * from glob('/etc/*')", 'glob() is not allowed'],
    ["select * from read_parquet('x.parquet')", 'read_parquet() is not allowed'],
    ["select * from parquet_scan('x.parquet')", 'parquet_scan() is not allowed'],
    ['select * from export_files()', 'export_files() is not allowed'],
    ['select reload_config()', 'reload_config() is not allowed'],
    ['select simulate_crash(1)', 'simulate_crash() is not allowed'],
    ['select * from query_activity()', 'query_activity() is not allowed'],
    ['select pg_catalog.version()', 'functions of a schema are not allowed: version()'],
    ['select agv(busy) from cpu', 'agv() is not allowed: did you mean avg()?'],
    ['show parameters', 'of SHOW only TABLES'],
    ['show create table cpu', 'of SHOW only TABLES'],
    ['explain drop table cpu', 'only a SELECT can be explained here'],
    ["select 'open", 'query, position 8: the text is never closed'],
    ['select "open', 'the quoted name is never closed'],
    ['select /* open', 'the comment is never closed'],
    ['select `a`', 'query, position 8: "`" is not part of SQL here'],
    ['select $1', '"$" is not part of SQL here'],
    ['select 1\u0000', 'is not part of SQL here'],
    [`select '${'x'.repeat(100_001)}'`, 'at most 100000'],
  ])('refuses %s', (sql, words) => {
    expect(() => guardQuery(sql)).toThrow(words);
  });

  it('blanks comments out and keeps every position', () => {
    expect(guardQuery('select /* a\n b */ 1 -- c\n, 2;  ')).toBe('select     \n      1     \n, 2');
  });

  it('answers any text with a statement or one sentence', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        try {
          guardQuery(text);
        } catch (error) {
          expect(error).toBeInstanceOf(MusterError);
        }
      }),
    );
  });

  const piece = fc.constantFrom(
    ...[
      'select',
      ' ',
      '\n',
      '/*',
      '*/',
      '--',
      "'",
      '"',
      'files',
      'FiLeS',
      '(',
      ')',
      "'/etc'",
      ';',
      'from',
      '1',
      ',',
      'with',
      'as',
      'x',
      '.',
      '*',
    ],
  );
  it('refuses a call that begins like a number', () => {
    expect(() => guardQuery("select * from (1FiLeS('/etc'))")).toThrow(/1FiLeS is a number and cannot be called/);
  });

  it('never lets a call of a function it does not know through, however it is dressed', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        let passed: string;
        try {
          passed = guardQuery(pieces.join(''));
        } catch {
          return;
        }
        // What passed has no comments, so that without its literals a call shows by its parenthesis.
        const bare = passed.replace(/'(?:[^']|'')*'/g, "''").replace(/"(?:[^"]|"")*"/g, '""');
        expect(bare).not.toMatch(/files\s*\(/i);
        expect(bare).not.toMatch(/["'][\s]*\(|;|--|\/\*/);
      }),
      { numRuns: 10_000 },
    );
  });
});
