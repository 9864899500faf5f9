// What a column of a Parquet file is, by all that its schema may say of it.
import type { SchemaElement } from 'hyparquet';
import { expect, test } from 'vitest';
import { columnKind, isMeasured } from './column-kind.ts';

const kind = (element: object) => columnKind({ name: 'c', ...element } as SchemaElement);
const logical = (type: string, more: object = {}) => ({ logical_type: { type, ...more } });

test.each([
  [
    { type: 'INT64', ...logical('TIMESTAMP', { unit: 'MILLIS', isAdjustedToUTC: true }) },
    { is: 'time', unit: 'ms', zoned: true },
  ],
  [
    { type: 'INT64', ...logical('TIMESTAMP', { unit: 'MICROS', isAdjustedToUTC: false }) },
    { is: 'time', unit: 'us', zoned: false },
  ],
  [
    { type: 'INT64', ...logical('TIMESTAMP', { unit: 'NANOS', isAdjustedToUTC: true }) },
    { is: 'time', unit: 'ns', zoned: true },
  ],
  [
    { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
    { is: 'time', unit: 'ms', zoned: true },
  ],
  [
    { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
    { is: 'time', unit: 'us', zoned: true },
  ],
  [
    { type: 'INT64', ...logical('TIME', { unit: 'NANOS' }) },
    { is: 'clock', unit: 'ns' },
  ],
  [
    { type: 'INT32', converted_type: 'TIME_MILLIS' },
    { is: 'clock', unit: 'ms' },
  ],
  [
    { type: 'INT64', converted_type: 'TIME_MICROS' },
    { is: 'clock', unit: 'us' },
  ],
  [{ type: 'INT96' }, { is: 'int96' }],
  [{ type: 'INT32', converted_type: 'DATE' }, { is: 'day' }],
  [{ type: 'INT32', ...logical('DATE') }, { is: 'day' }],
  [{ type: 'FIXED_LEN_BYTE_ARRAY', ...logical('FLOAT16') }, { is: 'half' }],
  [{ type: 'FIXED_LEN_BYTE_ARRAY', ...logical('UUID') }, { is: 'uuid' }],
  [
    { type: 'INT32', ...logical('DECIMAL', { scale: 2 }) },
    { is: 'decimal', scale: 2 },
  ],
  [
    { type: 'BYTE_ARRAY', converted_type: 'DECIMAL', scale: 3 },
    { is: 'decimal', scale: 3 },
  ],
  [
    { type: 'INT32', ...logical('DECIMAL', { scale: 0 }) },
    { is: 'number', unsigned: false },
  ],
  [
    { type: 'INT64', converted_type: 'DECIMAL' },
    { is: 'number', unsigned: false },
  ],
  [
    { type: 'FIXED_LEN_BYTE_ARRAY', converted_type: 'DECIMAL', scale: 0 },
    { is: 'decimal', scale: 0 },
  ],
  [
    { type: 'BYTE_ARRAY', ...logical('DECIMAL', { scale: 0 }) },
    { is: 'decimal', scale: 0 },
  ],
  [{ type: 'INT32' }, { is: 'number', unsigned: false }],
  [
    { type: 'INT32', converted_type: 'UINT_32' },
    { is: 'number', unsigned: true },
  ],
  [
    { type: 'INT64', ...logical('INTEGER', { isSigned: false }) },
    { is: 'number', unsigned: true },
  ],
  [
    { type: 'INT64', ...logical('INTEGER', { isSigned: true }) },
    { is: 'number', unsigned: false },
  ],
  [{ type: 'DOUBLE' }, { is: 'number', unsigned: false }],
  [{ type: 'FLOAT' }, { is: 'number', unsigned: false }],
  [{ type: 'BOOLEAN' }, { is: 'boolean' }],
  [{ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, { is: 'text' }],
  [{ type: 'BYTE_ARRAY' }, { is: 'text' }],
])('%j', (element, expected) => {
  expect(kind(element)).toEqual(expected);
});

test.each([
  { type: 'BYTE_ARRAY', converted_type: 'BSON' },
  { type: 'FIXED_LEN_BYTE_ARRAY' },
  { type: 'FIXED_LEN_BYTE_ARRAY', converted_type: 'INTERVAL' },
  { type: 'BYTE_ARRAY', ...logical('VARIANT') },
  { type: 'BYTE_ARRAY', ...logical('GEOMETRY') },
  { type: 'BYTE_ARRAY', ...logical('GEOGRAPHY') },
])('%j neither names nor measures anything', (element) => {
  expect(kind(element)).toBeUndefined();
});

test('what is a number whatever its values are is measured, and never a name', () => {
  const measured = [{ is: 'number', unsigned: false }, { is: 'decimal', scale: 1 }, { is: 'half' }, { is: 'boolean' }] as const;
  const others = [{ is: 'text' }, { is: 'uuid' }, { is: 'day' }, { is: 'int96' }, { is: 'clock', unit: 'ms' }] as const;
  expect([measured.every(isMeasured), others.some(isMeasured)]).toEqual([true, false]);
});
