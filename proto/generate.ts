// Writes proto/gen from the .proto files: the descriptor set, the types with the field tables of the codec, and the calls. Run: npm run proto
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeDescriptorSet } from './access-option.ts';
import { dropComments } from './descriptor-files.ts';
import { type ServiceDescriptor, toServicesModule } from './generate-services.ts';

const HERE = import.meta.dirname;
const HEADER = '// Generated from proto/muster/v1/*.proto by `npm run proto`. Do not edit: change the .proto and generate again.\n';

interface FieldDescriptor {
  name: string;
  jsonName: string;
  number: number;
  label: number;
  type: number;
  typeName: string;
  oneofIndex: number | null;
  proto3Optional: boolean;
}
interface MessageDescriptor {
  name: string;
  field: FieldDescriptor[];
  nestedType: MessageDescriptor[];
  options?: { mapEntry?: boolean };
}
interface FileDescriptor {
  name: string;
  package: string;
  messageType: MessageDescriptor[];
  enumType: { name: string; value: { name: string; number: number }[] }[];
  service: ServiceDescriptor[];
  sourceCodeInfo: { location: { path: number[]; leadingComments?: string }[] };
}

const SCALARS: Record<number, [proto: string, ts: string]> = {
  1: ['double', 'number'],
  4: ['uint64', 'number'],
  8: ['bool', 'boolean'],
  9: ['string', 'string'],
  12: ['bytes', 'Uint8Array'],
  13: ['uint32', 'number'],
  18: ['sint64', 'number'],
};

/** The generated files by path below proto/. */
export function generate(): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-proto-'));
  try {
    const out = join(folder, 'set.binpb');
    execFileSync(
      process.execPath,
      [join(HERE, '../node_modules/@bufbuild/buf/bin/buf'), 'build', HERE, '-o', out, '--as-file-descriptor-set'],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    // Its comments are half of all bytes, and about nothing of ours.
    const bytes = dropComments(readFileSync(out), 'google/protobuf/descriptor.proto');
    const set = decodeDescriptorSet(bytes) as { file: FileDescriptor[] };
    const own = set.file.filter((file) => file.package === 'muster.v1');
    const access = own.filter((file) => file.name.endsWith('access.proto'));
    const scopes = access.flatMap((file) => file.enumType.flatMap((type) => type.value.map(({ name }) => name)));
    return new Map([
      ['gen/descriptor-set.ts', toDescriptorModule(bytes)],
      ['gen/messages.ts', toMessagesModule(own.filter((file) => !access.includes(file)))],
      [
        'gen/services.ts',
        HEADER +
          toServicesModule(
            own.flatMap((file) => file.service),
            scopes,
          ),
      ],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function toDescriptorModule(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,140}/g) ?? [];
  return `${HEADER}
/** A google.protobuf.FileDescriptorSet with comments, base64. */
export const DESCRIPTOR_SET = \`
${lines.join('\n')}\`;
`;
}

function toMessagesModule(files: FileDescriptor[]): string {
  const parts = [HEADER, "import type { Fields } from '../message-codec.ts';\n"];
  parts.push(
    "/** google.protobuf.Timestamp as proto-loader gives it. */\nexport interface Timestamp {\n  seconds: number;\n  nanos: number;\n}\n\n/** Times of ours are after 1970, so the signed seconds read as unsigned. */\nexport const TIMESTAMP_FIELDS: Fields = [\n  { no: 1, name: 'seconds', type: 'uint64' },\n  { no: 2, name: 'nanos', type: 'uint32' },\n];\n",
  );
  for (const file of files) {
    const comments = new Map(file.sourceCodeInfo.location.map((place) => [place.path.join('.'), place.leadingComments?.trim() ?? '']));
    file.enumType.forEach((type, index) => {
      const names = type.value.map((value) => `'${value.name}'`).join(' | ');
      parts.push(`${doc(comments.get(`5.${index}`))}export type ${type.name} = ${names};\n`);
    });
    file.messageType.forEach((message, index) => {
      parts.push(toInterface(message, comments, `4.${index}`));
    });
    if (file.name.endsWith('fleet.proto')) continue;
    for (const message of file.messageType) if (!ownCodec.has(message.name)) parts.push(toFieldTable(message));
  }
  return parts.join('\n');
}

/** Written and read by batch-codec.ts, column-wise. */
const ownCodec = new Set(['Batch', 'Delivery', 'Envelope', 'Event', 'Dropped']);

function doc(text: string | undefined, indent = ''): string {
  if (!text) return '';
  const lines = text.split('\n').map((line) => line.trim());
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

function isMap(message: MessageDescriptor, field: FieldDescriptor): MessageDescriptor | undefined {
  const name = field.typeName.split('.').at(-1);
  return message.nestedType.find((nested) => nested.name === name && nested.options?.mapEntry === true);
}

function tsType(field: FieldDescriptor): string {
  return SCALARS[field.type]?.[1] ?? (field.typeName.split('.').at(-1) as string);
}

function toInterface(message: MessageDescriptor, comments: Map<string, string>, path: string): string {
  const lines = message.field.map((field, index) => {
    const map = isMap(message, field);
    const isMessage = field.type === 11;
    const optional = !map && field.label !== 3 && (isMessage || hasPresence(field));
    const type = map ? `Record<string, ${tsType(map.field[1] as FieldDescriptor)}>` : tsType(field) + (field.label === 3 ? '[]' : '');
    const absent = optional ? (isMessage ? ' | null | undefined' : ' | undefined') : '';
    return `${doc(comments.get(`${path}.2.${index}`), '  ')}  ${field.jsonName}${optional ? '?' : ''}: ${type}${absent};\n`;
  });
  const body =
    lines.length === 0
      ? `export type ${message.name} = Record<string, never>;\n`
      : `export interface ${message.name} {\n${lines.join('')}}\n`;
  return `${doc(comments.get(path))}${body}`;
}

function hasPresence(field: FieldDescriptor): boolean {
  return Object.hasOwn(field, 'oneofIndex') && field.oneofIndex !== null;
}

function toFieldTable(message: MessageDescriptor): string {
  const rows = message.field.map((field) => {
    const scalar = SCALARS[field.type]?.[0];
    const map = isMap(message, field);
    const type = map ? "'string'" : scalar ? `'${scalar}'` : `() => ${toTableName(field.typeName.split('.').at(-1) as string)}`;
    const flags = map ? ', map: true' : field.label === 3 ? ', repeated: true' : hasPresence(field) ? ', optional: true' : '';
    return `  { no: ${field.number}, name: '${field.jsonName}', type: ${type}${flags} },\n`;
  });
  return `export const ${toTableName(message.name)}: Fields = [\n${rows.join('')}];\n`;
}

function toTableName(message: string): string {
  return `${message.replace(/(?<!^)([A-Z])/g, '_$1').toUpperCase()}_FIELDS`;
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of generate()) writeFileSync(join(HERE, path), text);
}
