import { PassThrough } from 'node:stream';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { RowStream } from './row-stream.ts';

const TEXT = 1043;

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function description(...types: number[]): Buffer {
  const columns = types.map((type, i) => Buffer.concat([Buffer.from(`c${i}\0`), Buffer.alloc(6), int32(type), Buffer.alloc(8)]));
  return message('T', int16(types.length), ...columns);
}

function row(...values: string[]): Buffer {
  return message('D', int16(values.length), ...values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]));
}

const READY = message('Z', Buffer.from('I'));

/** What a query makes of these messages, and what pg's own parser got to see. */
function answer(...messages: Buffer[]): { told: string[]; seen: Buffer[]; stream: PassThrough; query: RowStream } {
  const stream = new PassThrough();
  const seen: Buffer[] = [];
  const ownListener = (chunk: Buffer): void => {
    seen.push(chunk);
  };
  stream.on('data', ownListener);
  const told: string[] = [];
  const query = new RowStream('select', {
    columns: (columns) => told.push(`columns ${columns.map(({ name }) => name)}`),
    row: (values) => told.push(`row ${values.join()}`),
    end: () => told.push('end'),
    error: (error) => told.push(`error ${error.message}`),
  });
  const nothing = (): void => undefined;
  query.submit({ stream, parse: nothing, bind: nothing, describe: nothing, execute: nothing, sync: nothing } as unknown as pg.Connection);
  for (const each of messages) stream.emit('data', each);
  return { told, seen, stream, query };
}

describe('a stream of rows', () => {
  it('tells columns, rows and the end, and gives the connection back', () => {
    const { told, seen, stream, query } = answer(Buffer.concat([description(TEXT, TEXT), row('a', 'b'), row('', 'é')]), READY);
    query.handleReadyForQuery();
    expect(told).toEqual(['columns c0,c1', 'row a,b', 'row ,é', 'end']);
    expect(seen).toEqual([READY]);
    stream.emit('data', Buffer.from('later'));
    expect(seen.at(-1)?.toString()).toBe('later');
    expect(stream.destroyed).toBe(false);
  });

  it.each([
    ['a field past its message', message('D', int16(2), int32(1), Buffer.from('x')), /ends before its value 2 of 2/],
    ['a length past its message', message('D', int16(2), int32(70_000), Buffer.from('x')), /a value of 70000 bytes/],
    ['a negative length', message('D', int16(2), int32(-7)), /a value of -7 bytes/],
    ['another number of fields', row('x'), /a row of 1 values for 2 columns/],
    ['a length below its own', Buffer.from([0x44, 0, 0, 0, 1]), /a message of 1 bytes/],
  ])('ends the query and the connection for %s, whatever comes after it', (_, bad, words) => {
    const { told, stream } = answer(description(TEXT, TEXT), bad, row('c', 'd'), READY);
    expect(told).toHaveLength(2);
    expect(told[1]).toMatch(words);
    expect(stream.destroyed).toBe(true);
  });

  it('refuses a column whose values are not sent, before any row is read', () => {
    const { told, stream } = answer(Buffer.concat([description(TEXT, 0), message('D', int16(2), int32(1), Buffer.from('x'))]));
    expect(told).toEqual([expect.stringContaining('the column "c1" has a type whose values the database does not send')]);
    expect(stream.destroyed).toBe(true);
  });

  it('tells what the server refuses, once, and keeps the connection', () => {
    const { told, seen, stream, query } = answer(message('E', Buffer.from('SERROR\0Mno such column\0P8\0\0')), READY);
    query.handleReadyForQuery();
    expect(told).toEqual(['error no such column']);
    expect(seen).toEqual([READY]);
    expect(stream.destroyed).toBe(false);
  });
});
