// Encodes and decodes the messages of the agent's stream from the generated field tables. The batch inside an upload is bytes here.
import { MusterError } from '../core/common/muster-error.ts';
import { BYTES, FIXED64, VARINT, WireReader, WireWriter } from './wire.ts';

type Scalar = 'string' | 'bytes' | 'bool' | 'uint32' | 'uint64' | 'sint64' | 'double' | 'enum';

/** One field as the generator writes it: number, name, type, and what surrounds it. */
export interface Field {
  readonly no: number;
  readonly name: string;
  readonly type: Scalar | (() => Fields);
  readonly repeated?: true;
  /** Explicit presence: `optional`, a member of a oneof. */
  readonly optional?: true;
  /** A map of strings. */
  readonly map?: true;
}
export type Fields = readonly Field[];

const WIRE_TYPE: Record<Scalar, number> = {
  string: BYTES,
  bytes: BYTES,
  bool: VARINT,
  uint32: VARINT,
  uint64: VARINT,
  sint64: VARINT,
  double: FIXED64,
  enum: VARINT,
};

type Plain = Record<string, unknown>;

/**
 * Bytes of a message. Fields left out or at their default take no room, as proto3 has it. Whoever knows about how long it becomes says so by
 * `expectedBytes`: a message with a batch in it is then copied once, not three times.
 */
export function encodeMessage(fields: Fields, message: object, expectedBytes = 0): Buffer {
  const writer = new WireWriter(Math.max(256, expectedBytes));
  writeFields(writer, fields, message as Plain);
  return expectedBytes > 0 ? writer.written() : writer.finish();
}

function writeFields(writer: WireWriter, fields: Fields, message: Plain): void {
  for (const field of fields) {
    const value = message[field.name];
    if (value === undefined || value === null) continue;
    if (field.map) writeMap(writer, field.no, value as Record<string, string>);
    else if (field.repeated) writeRepeated(writer, field, value as unknown[]);
    else writeOne(writer, field, value, field.optional === true);
  }
}

function writeMap(writer: WireWriter, no: number, map: Record<string, string>): void {
  for (const [key, value] of Object.entries(map)) {
    const mark = writer.open(no);
    writer.stringField(1, key);
    writer.stringField(2, value);
    writer.close(mark);
  }
}

function writeRepeated(writer: WireWriter, field: Field, values: unknown[]): void {
  const packed = typeof field.type === 'string' && WIRE_TYPE[field.type] !== BYTES;
  if (!packed) {
    for (const value of values) writeOne(writer, field, value, true);
    return;
  }
  if (values.length === 0) return;
  const mark = writer.open(field.no);
  for (const value of values) writeScalar(writer, field.type as Scalar, value);
  writer.close(mark);
}

function writeOne(writer: WireWriter, field: Field, value: unknown, always: boolean): void {
  if (typeof field.type === 'function') {
    const mark = writer.open(field.no);
    writeFields(writer, field.type(), value as Plain);
    writer.close(mark);
  } else if (field.type === 'string') {
    if (always || value !== '') writer.stringField(field.no, value as string);
  } else if (field.type === 'bytes') {
    if (always || (value as Uint8Array).length > 0) writer.bytesField(field.no, value as Uint8Array);
  } else if (always || (value !== 0 && value !== false) || Object.is(value, -0)) {
    writer.tag(field.no, WIRE_TYPE[field.type]);
    writeScalar(writer, field.type, value);
  }
}

function writeScalar(writer: WireWriter, type: Scalar, value: unknown): void {
  if (type === 'double') writer.double(value as number);
  else if (type === 'sint64') writer.sint(value as number);
  else writer.uint(Number(value));
}

/**
 * The message in the bytes, with defaults for what is absent; fields with explicit presence stay `undefined`, unknown fields are skipped.
 * Throws `malformed` for anything that is not the message.
 */
export function decodeMessage<T>(fields: Fields, bytes: Buffer): T {
  return readFields(fields, new WireReader(bytes), 0) as T;
}

/** No message of the contract nests deeper. */
const MAX_DEPTH = 8;

function readFields(fields: Fields, reader: WireReader, depth: number): Plain {
  if (depth > MAX_DEPTH) throw new MusterError('malformed', `messages nest deeper than ${MAX_DEPTH}`);
  const message = defaults(fields);
  while (!reader.done) {
    const key = reader.uint();
    const no = Math.floor(key / 8);
    const wireType = key % 8;
    const field = fields.find((candidate) => candidate.no === no);
    if (field === undefined) reader.skip(wireType);
    else readField(message, field, wireType, reader, depth);
  }
  return message;
}

function readField(message: Plain, field: Field, wireType: number, reader: WireReader, depth: number): void {
  if (field.map) {
    reader.expect(field.no, wireType, BYTES);
    readMapEntry(message[field.name] as Record<string, string>, reader);
  } else if (typeof field.type === 'function') {
    reader.expect(field.no, wireType, BYTES);
    const end = reader.block();
    const value = readFields(field.type(), new WireReader(reader.buffer, reader.pos, end), depth + 1);
    reader.pos = end;
    put(message, field, value);
  } else if (field.repeated && wireType === BYTES && WIRE_TYPE[field.type] !== BYTES) {
    const end = reader.block();
    const packed = new WireReader(reader.buffer, reader.pos, end);
    while (!packed.done) put(message, field, readScalar(field.type, packed));
    reader.pos = end;
  } else {
    reader.expect(field.no, wireType, WIRE_TYPE[field.type]);
    put(message, field, readScalar(field.type, reader));
  }
}

function put(message: Plain, field: Field, value: unknown): void {
  if (field.repeated) (message[field.name] as unknown[]).push(value);
  else message[field.name] = value;
}

function readMapEntry(map: Record<string, string>, reader: WireReader): void {
  const end = reader.block();
  const entry = new WireReader(reader.buffer, reader.pos, end);
  let key = '';
  let value = '';
  while (!entry.done) {
    const tag = entry.uint();
    if (tag === 10) key = entry.string();
    else if (tag === 18) value = entry.string();
    else entry.skip(tag % 8);
  }
  // Not by assignment: the key is a stranger's, and `__proto__` is one of the names he may choose.
  Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
  reader.pos = end;
}

function readScalar(type: Scalar, reader: WireReader): unknown {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bytes':
      return reader.bytes();
    case 'bool':
      return reader.uint() !== 0;
    case 'sint64':
      return reader.sint();
    case 'double':
      return reader.double();
    default:
      return reader.uint();
  }
}

const EMPTY = Buffer.alloc(0);

function defaults(fields: Fields): Plain {
  const message: Plain = {};
  for (const field of fields) {
    if (field.map) message[field.name] = {};
    else if (field.repeated) message[field.name] = [];
    else if (field.optional || typeof field.type === 'function') continue;
    else if (field.type === 'string') message[field.name] = '';
    else if (field.type === 'bytes') message[field.name] = EMPTY;
    else message[field.name] = field.type === 'bool' ? false : 0;
  }
  return message;
}
