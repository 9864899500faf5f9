// A google.protobuf.FileDescriptorSet as bytes: its files taken apart, without reading what is in them.
import { BYTES, WireReader, WireWriter } from './wire.ts';

const FILE_FIELD = 1;
const NAME_FIELD = 1;
const SOURCE_INFO_FIELD = 9;

/** The FileDescriptorProtos of the set. */
export function splitDescriptorSet(bytes: Buffer): Buffer[] {
  const files: Buffer[] = [];
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const key = reader.uint();
    if (key === keyOf(FILE_FIELD)) files.push(reader.bytes());
    else reader.skip(key % 8);
  }
  return files;
}

/** The same set, the files of that name without their comments. */
export function dropComments(bytes: Buffer, name: string): Buffer {
  const writer = new WireWriter(bytes.length);
  for (const file of splitDescriptorSet(bytes))
    writer.bytesField(FILE_FIELD, nameOf(file) === name ? withoutField(file, SOURCE_INFO_FIELD) : file);
  return writer.finish();
}

function nameOf(file: Buffer): string | undefined {
  const reader = new WireReader(file);
  while (!reader.done) {
    const key = reader.uint();
    if (key === keyOf(NAME_FIELD)) return reader.string();
    reader.skip(key % 8);
  }
  return undefined;
}

function withoutField(message: Buffer, field: number): Buffer {
  const kept: Buffer[] = [];
  const reader = new WireReader(message);
  while (!reader.done) {
    const start = reader.pos;
    const key = reader.uint();
    reader.skip(key % 8);
    if (key !== keyOf(field)) kept.push(message.subarray(start, reader.pos));
  }
  return Buffer.concat(kept);
}

function keyOf(field: number): number {
  return field * 8 + BYTES;
}
