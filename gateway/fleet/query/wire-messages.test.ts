import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageSplitter, parseDataRow, parseRefusal, parseRowDescription } from './wire-messages.ts';

const COLUMNS = [
  { name: 'a', dataTypeID: 1043 },
  { name: 'b', dataTypeID: 1043 },
];

/** A row as it is on the wire: a number is a length without bytes after it. */
function row(count: number, ...values: (string | null | number | Buffer)[]): Buffer {
  const parts = values.map((value) => {
    const bytes = value === null || typeof value === 'number' ? Buffer.alloc(0) : Buffer.from(value as string);
    const head = Buffer.alloc(4);
    head.writeInt32BE(typeof value === 'number' ? value : value === null ? -1 : bytes.length);
    return Buffer.concat([head, bytes]);
  });
  const head = Buffer.alloc(2);
  head.writeInt16BE(count);
  return Buffer.concat([head, ...parts]);
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

describe('a row of the wire', () => {
  it('has its values, NULL and the empty text apart', () => {
    expect(parseDataRow(row(2, 'é', null), COLUMNS)).toEqual(['é', null]);
    expect(parseDataRow(row(2, '', 'x'), COLUMNS)).toEqual(['', 'x']);
    expect(parseDataRow(row(0), [])).toEqual([]);
  });

  it('has bytes in hexadecimal', () => {
    expect(parseDataRow(row(1, Buffer.from([0, 255, 16])), [{ name: 'a', dataTypeID: 17 }])).toEqual(['\\x00ff10']);
  });

  it.each([
    ['ends before a value', row(2, 'x'), /ends before its value 2 of 2, column "b"/],
    ['has a value past its end', row(2, 'x', 1000), /a value of 1000 bytes where its row has 0, column "b"/],
    ['has a length below null', row(2, 'x', -2), /a value of -2 bytes/],
    ['has the largest length', row(2, 'x', 0x7fffffff), /a value of 2147483647 bytes/],
    ['goes on after its last value', Buffer.concat([row(2, 'x', 'y'), Buffer.from('z')]), /1 bytes after its last value/],
    ['has a value too few', row(1, 'x'), /a row of 1 values for 2 columns/],
    ['has a value too many', row(3, 'x', 'y', 'z'), /a row of 3 values for 2 columns/],
    ['has less than none', row(-1), /a row of -1 values/],
    ['is empty', Buffer.alloc(0), /a row of -1 values/],
  ])('is refused where it %s', (_, body, words) => {
    expect(() => parseDataRow(body, COLUMNS)).toThrow(words);
  });

  it('never holds a byte that was not in its message', () => {
    // What a pooled buffer has behind a message: nothing of it may come out.
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const memory = Buffer.concat([Buffer.from(bytes), Buffer.alloc(100, 'SECRET')]);
        try {
          expect(JSON.stringify(parseDataRow(memory.subarray(0, bytes.length), COLUMNS))).not.toContain('SECRET');
        } catch (error) {
          expect(error).toMatchObject({ code: 'internal' });
        }
      }),
    );
  });
});

describe('a description', () => {
  const column = (name: string, type: number): Buffer => {
    const rest = Buffer.alloc(19);
    rest.writeUInt32BE(type, 7);
    return Buffer.concat([Buffer.from(name), rest]);
  };

  it('names the columns and their types', () => {
    const body = Buffer.concat([Buffer.from([0, 2]), column('a', 20), column('été', 0)]);
    expect(parseRowDescription(body)).toEqual([
      { name: 'a', dataTypeID: 20 },
      { name: 'été', dataTypeID: 0 },
    ]);
  });

  it.each([
    ['no number', Buffer.alloc(1)],
    ['fewer columns than told', Buffer.concat([Buffer.from([0, 2]), column('a', 20)])],
    ['more columns than told', Buffer.concat([Buffer.from([0, 1]), column('a', 20), column('b', 20)])],
    ['a name without an end', Buffer.from([0, 1, 97, 97, 97])],
    ['a number below zero', Buffer.from([255, 255])],
  ])('with %s is refused', (_, body) => {
    expect(() => parseRowDescription(body)).toThrow(/the database sent/);
  });
});

describe('a refusal', () => {
  it('has its words, its position and its severity', () => {
    expect(parseRefusal(Buffer.from('C00000\0Mno such column\0SERROR\0P8\0\0'))).toMatchObject({
      message: 'no such column',
      severity: 'ERROR',
      position: '8',
    });
  });

  it.each(['Mno end', 'Mno end\0', ''])('that is cut is told as such: %j', (text) => {
    expect(() => parseRefusal(Buffer.from(text))).toThrow(/an error that is not ended/);
  });
});

describe('the splitter', () => {
  it('gives out whole messages, however they are cut', () => {
    const sent = [message('T', Buffer.from('one')), message('D', Buffer.alloc(0)), message('D', Buffer.alloc(300, 'x'))];
    const all = Buffer.concat(sent);
    fc.assert(
      fc.property(fc.array(fc.nat(all.length), { maxLength: 12 }), (cuts) => {
        const got: string[] = [];
        const splitter = new MessageSplitter((type, body) => got.push(`${String.fromCharCode(type)}${body.length}`));
        const ends = [...cuts, all.length].sort((a, b) => a - b);
        let from = 0;
        for (const end of ends) {
          splitter.add(all.subarray(from, end));
          from = end;
        }
        expect(got).toEqual(['T3', 'D0', 'D300']);
      }),
    );
  });

  it.each([-1, 0, 3, 64 * 1024 * 1024 + 1])('refuses a message of %d bytes', (length) => {
    const head = Buffer.from('D0000');
    head.writeInt32BE(length, 1);
    expect(() => new MessageSplitter(() => undefined).add(head)).toThrow(`a message of ${length} bytes`);
  });
});
