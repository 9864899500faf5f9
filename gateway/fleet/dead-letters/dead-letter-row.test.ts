import { expect, test } from 'vitest';
import { eventOfLetter, frameOfEdit, frameOfLetter } from './dead-letter-row.ts';
import type { StoredLetter } from './dead-letter-store.ts';

const TIME_US = 1_767_225_600_000_000;
const WINDOW = { oldestUs: TIME_US - 1e12, newestUs: TIME_US + 1e9 };
const letter = (given: Partial<StoredLetter> = {}): StoredLetter =>
  ({
    measurement: 'cpu',
    tags: ['core'],
    textFields: ['note'],
    row: { timestamp: TIME_US, core: '0', busy: 5, note: 'n' },
    ...given,
  }) as StoredLetter;
const edit = (row: object | string, measurement = '', of = letter()) =>
  frameOfEdit(of, { row: typeof row === 'string' ? row : JSON.stringify(row), measurement }, WINDOW);

test('a row is as it was', () => {
  expect(frameOfLetter(letter())).toMatchObject({
    measurement: 'cpu',
    tags: ['core'],
    series: [['0']],
    timeUs: Float64Array.of(TIME_US),
    fields: ['busy'],
    values: Float64Array.of(5),
    textFields: ['note'],
    texts: ['n'],
  });
});

test('infinities are what the letter says in words, and what is no number is absent', () => {
  const row = { timestamp: TIME_US, a: 'Infinity', b: '-Infinity', c: null };
  expect(frameOfLetter(letter({ tags: [], textFields: [], row })).values).toEqual(Float64Array.of(Infinity, -Infinity, Number.NaN));
});

test('in a letter of before tags were named, a text is a tag and an infinity a field', () => {
  const { tags: _, textFields: __, ...old } = letter({ row: { timestamp: TIME_US, host: 'a', v: 'Infinity' } });
  expect(frameOfLetter(old as StoredLetter)).toMatchObject({ tags: ['host'], fields: ['v'] });
});

test('what the letter does not hold has to be edited', () => {
  expect(() => frameOfLetter(letter({ row: { core: '0' } }))).toThrow('its row has no time in microseconds: edit it');
  expect(() => frameOfLetter(letter({ row: { timestamp: TIME_US, busy: 1, note: 'n' } }))).toThrow(
    'its core could not be read: edit the row',
  );
  expect(() => frameOfLetter(letter({ row: { timestamp: TIME_US, core: '0', busy: 1 } }))).toThrow('its note could not be read');
});

test('an event is whole or refused', () => {
  const event = { timeUs: 5, kind: 'boot', text: 'started' };
  expect(eventOfLetter(letter({ row: event }))).toEqual({ ...event, severity: 'info', attributes: {} });
  expect(eventOfLetter(letter({ row: { ...event, severity: 'error', attributes: { a: 'b' } } }))).toMatchObject({
    severity: 'error',
    attributes: { a: 'b' },
  });
  for (const lost of ['timeUs', 'kind', 'text']) {
    expect(() => eventOfLetter(letter({ row: { ...event, [lost]: undefined } })), lost).toThrow('its event lacks timeUs, kind or text');
  }
});

test('a column keeps being the tag or text field that it was; a new one is told by its value', () => {
  const frame = edit({ timestamp: TIME_US, core: '1', busy: 6.5, note: 'other', host: 'a', more: 1 });
  expect(frame).toMatchObject({
    tags: ['core', 'host'],
    series: [['1', 'a']],
    fields: ['busy', 'more'],
    textFields: ['note'],
    texts: ['other'],
  });
  expect([...frame.values]).toEqual([6.5, 1]);
});

test('an empty edit keeps the row, and a time may be written as text', () => {
  expect(edit('')).toMatchObject({ fields: ['busy'], timeUs: Float64Array.of(TIME_US) });
  expect(edit({ timestamp: '2026-01-01T00:00:00Z', busy: null, note: 'n' })).toMatchObject({
    timeUs: Float64Array.of(TIME_US),
    fields: ['busy'],
  });
});

test('texts alone, or numbers alone, are a row; neither is none', () => {
  expect(edit({ timestamp: TIME_US, note: 'n' })).toMatchObject({ fields: [], textFields: ['note'] });
  expect(edit({ timestamp: TIME_US, busy: 1, note: 'n' })).toMatchObject({ fields: ['busy'], textFields: ['note'] });
  expect(() => edit({ timestamp: TIME_US, core: '0' })).toThrow('the row has no field: at least one number is needed');
});

test.each([
  ['[1]', 'the row is [1]: an object of columns is needed'],
  ['null', 'the row is null: an object of columns is needed'],
  [{ busy: 1 }, 'timestamp is missing: Unix microseconds, or a time like'],
  [{ timestamp: 1.5, busy: 1 }, 'timestamp is 1.5: Unix microseconds'],
  [{ timestamp: 'yesterday', busy: 1 }, 'timestamp is "yesterday": Unix microseconds'],
  [{ timestamp: WINDOW.newestUs + 1, busy: 1 }, 'more than an hour ahead'],
  [{ timestamp: WINDOW.oldestUs - 1, busy: 1 }, 'older than the table keeps rows'],
  [{ timestamp: TIME_US, core: 5, busy: 1 }, 'tag core is 5: a text of at most 255 characters is needed'],
  [{ timestamp: TIME_US, core: 'x'.repeat(256), busy: 1 }, 'tag core is "xxx'],
  [{ timestamp: TIME_US, core: 'a\0b', busy: 1 }, 'core is "a\\u0000b": a text without NUL is needed'],
  [{ timestamp: TIME_US, note: 'a\0b' }, 'note is "a\\u0000b": a text without NUL is needed'],
  [{ timestamp: TIME_US, busy: 'high' }, 'field busy is "high": a finite number, or null for none, is needed'],
  [{ timestamp: TIME_US, busy: true }, 'field busy is true: a finite number'],
])('%j is refused', (row, words) => {
  expect(() => edit(row)).toThrow(words);
});

test('the bounds are taken', () => {
  expect(edit({ timestamp: WINDOW.oldestUs, busy: 1 }).timeUs[0]).toBe(WINDOW.oldestUs);
  expect(edit({ timestamp: WINDOW.newestUs, core: 'x'.repeat(255), busy: 1 }).timeUs[0]).toBe(WINDOW.newestUs);
  const many = (count: number) => ({ timestamp: TIME_US, ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, i])) });
  expect(edit(many(300)).fields).toHaveLength(300);
  expect(() => edit(many(301))).toThrow('the row has 301 columns: at most 300 are taken');
});

test('another measurement may be named, none of Muster’s own', () => {
  expect(edit('', 'memory').measurement).toBe('memory');
  expect(() => edit('', 'deliveries')).toThrow("measurement deliveries is a name of Muster's own tables and views");
  expect(() => edit('', 'a b')).toThrow('measurement ');
});

test('a text that the row had not is sent without it', () => {
  const absent = letter({ textFields: ['note', 'more'], row: { timestamp: TIME_US, core: '0', busy: 1, note: null, more: '' } });
  const expected = { tags: ['core'], series: [['0']], fields: ['busy'], textFields: ['more'], texts: [''] };
  expect(frameOfLetter(absent)).toMatchObject(expected);
  expect(frameOfEdit(absent, { row: '', measurement: '' }, WINDOW)).toMatchObject(expected);
});

test('names of what every object has are names like others', () => {
  expect(edit({ timestamp: TIME_US, core: '0', busy: 5, constructor: 'x' })).toMatchObject({
    ...{ tags: ['core', 'constructor'], series: [['0', 'x']], fields: ['busy'] },
  });
  expect(() => frameOfLetter(letter({ textFields: ['constructor'] }))).toThrow('its constructor could not be read');
});

test('a tag whose value every object has a name of is a tag', () => {
  const { tags: _, textFields: __, ...old } = letter({ row: { timestamp: TIME_US, host: 'constructor', v: 1 } });
  expect(frameOfLetter(old as StoredLetter)).toMatchObject({ tags: ['host'], series: [['constructor']], fields: ['v'] });
});

test('a column that came as another kind takes the kind that its table has', () => {
  const came = (detail: string, given: Partial<StoredLetter>) => letter({ reason: 'type_changed', detail, ...given });
  const asTag = came('cpu.latency_ms is DOUBLE and came as SYMBOL', {
    tags: ['latency_ms'],
    row: { timestamp: TIME_US, latency_ms: 'fast', busy: 5 },
  });
  expect(edit({ timestamp: TIME_US, latency_ms: 9 }, '', asTag)).toMatchObject({
    tags: [],
    fields: ['latency_ms'],
    values: Float64Array.of(9),
  });
  expect(() => edit({ timestamp: TIME_US, latency_ms: 'slow' }, '', asTag)).toThrow('field latency_ms is "slow": a finite number');
  const asText = came('cpu.note is double and came as varchar', {});
  expect(edit({ timestamp: TIME_US, core: '0', note: 1 }, '', asText)).toMatchObject({ tags: ['core'], fields: ['note'], textFields: [] });
  const asNumber = came('cpu.host is symbol and came as double', { row: { timestamp: TIME_US, host: 5, busy: 1 } });
  expect(edit({ timestamp: TIME_US, host: 'a', busy: 1 }, '', asNumber)).toMatchObject({ tags: ['host'], fields: ['busy'] });
  const forText = came('cpu.what is VARCHAR and came as double', { row: { timestamp: TIME_US, what: 5, busy: 1 } });
  expect(edit({ timestamp: TIME_US, what: 'a', busy: 1 }, '', forText)).toMatchObject({
    textFields: ['what'],
    texts: ['a'],
    fields: ['busy'],
  });
});
