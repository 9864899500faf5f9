import { expect, test } from 'vitest';
import { leadingLines, readHead } from './csv-head.ts';

const leading = (text: string, skipRows?: number) => leadingLines(Buffer.from(text), skipRows === undefined ? {} : { skipRows });
const head = (text: string, delimiter = ',') => readHead(Buffer.from(text), leading(text), { delimiter, padded: false }, true, 'a.csv');

test('blank lines, comments and the word of a separator stand before the header', () => {
  expect(leading('\n# first\r\nsep=;\r#second\na,b\n')).toEqual({ bytes: 24, lines: 4, comments: ['first', 'second'], delimiter: ';' });
  expect(leading('a,b\n1,2\n')).toEqual({ bytes: 0, lines: 0, comments: [] });
  expect(leading('"# quoted\na,b\n')).toEqual({ bytes: 10, lines: 1, comments: ['quoted'] });
});

test.each([
  ['sep=,\n', ','],
  ['SEP=|\n', '|'],
  ['"sep=;"\n', ';'],
  ['sep=\\t\n', '\t'],
])('%j names the delimiter', (text, delimiter) => {
  expect(leading(`${text}a\n`)).toMatchObject({ lines: 1, delimiter });
});

test('a carriage return and a line feed end one line, each by itself ends one too', () => {
  expect(leading('#a\r\nx\n').bytes).toBe(4);
  expect(leading('#a\rx\n').bytes).toBe(3);
  expect(leading('#a\nx\n').bytes).toBe(3);
});

test('a line without an end may go on: it is no comment yet', () => {
  expect(leading('#a\n#b')).toEqual({ bytes: 3, lines: 1, comments: ['a'] });
});

test('rows that are to be skipped are skipped, whatever they hold', () => {
  expect(leading('a\n\n#x\nb,c\n', 3)).toEqual({ bytes: 6, lines: 3, comments: [] });
  expect(leading('a\nb\n', 2)).toMatchObject({ bytes: 4, lines: 2 });
  expect(() => leading('a\nb\n', 3)).toThrow('skip_rows is 3: the file has 2 line ends in its first 4 bytes');
  expect(leading('a,b\n', 0)).toMatchObject({ bytes: 0, lines: 0 });
});

test('a thousand lines are looked through', () => {
  expect(leading(`${'#\n'.repeat(1001)}a\n`).lines).toBe(1000);
});

test('the first row is the header, and reading begins with it', () => {
  expect(head('time, host ,v\n2026,a,1\n')).toEqual({
    ...{ header: ['time', 'host', 'v'], bytes: 0, rows: 0, firstRow: 2, hasComments: false, words: '', texts: [], useless: new Map() },
  });
  expect(head('# c\n\ntime,v\n2026,1\n')).toMatchObject({
    bytes: 5,
    rows: 2,
    firstRow: 4,
    hasComments: true,
    words: '2 lines before the header',
  });
  expect(head('\ntime,v\n2026,1\n')).toMatchObject({ words: '1 line before the header' });
  expect(() => head('')).toThrow('a.csv is empty: a header and rows are needed');
});

test('what no eye sees in a header is part of no name', () => {
  expect(head('ti\u202eme,"a\nb"\n1,2\n').header).toEqual(['ti me', 'a b']);
});

test('a header in a comment is one where the first row is data, and as wide', () => {
  expect(head('# time v\n2026-01-01 1\n2026-01-02 2\n', ' ')).toMatchObject({
    header: ['time', 'v'],
    firstRow: 2,
    words: 'header in a comment',
  });
  expect(head('# time v w\n2026-01-01 1\n', ' ').words).not.toBe('header in a comment');
  expect(head('# made by x\ntime v\n2026-01-01 1\n', ' ').header).toEqual(['time', 'v']);
  expect(head('# 1 2\n2026-01-01 1\n', ' ').words).not.toBe('header in a comment');
});

test('the head of a logger has its names in the second row', () => {
  const text = '"TOA5","x","y"\n"TIMESTAMP","RECORD","t"\n"TS","RN","C"\n"","","Avg"\n"2026-01-01 00:00:00",1,2\n';
  expect(head(text)).toMatchObject({ header: ['TIMESTAMP', 'RECORD', 't'], bytes: 15, rows: 1, firstRow: 5, words: 'head of TOA5' });
});

test('lines of another width above the table are no header', () => {
  const table = 'time,host,v\n2026-01-01,a,1\n2026-01-02,a,2\n2026-01-03,a,3\n';
  expect(head(`a report\n${table}`)).toMatchObject({
    header: ['time', 'host', 'v'],
    bytes: 9,
    firstRow: 3,
    words: '1 line before the header',
  });
  // Where the wider rows are no more than half, or their first is data, the first row stays the header.
  expect(head('a,b\n1,2,3\n4,5,6\n7,8,9\n').header).toEqual(['', 'a', 'b']);
});

test('rows with empty cells that a spreadsheet puts above the table are no header', () => {
  const table = 'time,host,v\n2026-01-01,a,1\n2026-01-02,a,2\n';
  expect(head(`report,,\n,,\n${table}`)).toMatchObject({ header: ['time', 'host', 'v'], firstRow: 4 });
  // One empty name of three is a column without one.
  expect(head('time,host,\n2026-01-01,a,1\n').header).toEqual(['time', 'host', '']);
});

test('one cell more in each row than the header has is an empty last one, or a first one without a name', () => {
  expect(head('time,v\n2026-01-01,1,\n2026-01-02,2,\n').header).toEqual(['time', 'v', '']);
  expect(head('time,v\n0,2026-01-01,1\n1,2026-01-02,2\n').header).toEqual(['', 'time', 'v']);
  expect(head('time,v\n0,2026-01-01,1\n2026-01-02,2\n').header).toEqual(['time', 'v']);
  expect(head('time,v\n').header).toEqual(['time', 'v']);
});

test('annotations of InfluxDB say which columns are texts, and which are of the query', () => {
  const text =
    '#datatype,string,long,dateTime:RFC3339,double\n#group,false,false,false,false\n,result,table,_time,_value\n,_result,0,2026-01-01T00:00:00Z,1\n';
  const found = head(text);
  expect(found).toMatchObject({ words: 'annotated CSV of InfluxDB', texts: [1] });
  expect([...found.useless.keys()]).toEqual(['result', 'table', '_start', '_stop']);
  expect(head('#datatype,string\n,result,table\n,a,0\n')).toMatchObject({ texts: [], useless: new Map() });
});
