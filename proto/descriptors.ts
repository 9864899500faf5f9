// The services and messages as grpc-js and reflection want them, from the one generated descriptor set.

import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON, type PackageDefinition } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import 'protobufjs/ext/descriptor/index.js';
import { decodeDescriptorSet } from './access-option.ts';
import { DESCRIPTOR_SET } from './gen/descriptor-set.ts';
import type { ServiceName } from './gen/services.ts';

/** The bytes of the google.protobuf.FileDescriptorSet, comments included. */
export function descriptorSetBytes(): Buffer {
  return Buffer.from(DESCRIPTOR_SET, 'base64');
}

/**
 * Every service and message of `muster.v1`, by full name. Objects have camelCase keys, 64-bit integers as numbers, enums as their
 * names, bytes as Buffers, maps as objects; defaults are filled in, a field with presence that is absent is missing.
 */
export function loadPackage(): PackageDefinition {
  const fromDescriptor = (protobuf.Root as unknown as { fromDescriptor(decoded: unknown): protobuf.Root }).fromDescriptor;
  const set = decodeDescriptorSet(descriptorSetBytes()) as { file: ReflectedFile[] };
  const json = fromDescriptor({ file: set.file.filter(({ name }) => !ABOUT_OPTIONS.has(name)).map(withoutOptions) }).toJSON();
  return fromJSON(asProtoc(json), { longs: Number, enums: String, bytes: Buffer, defaults: true, oneofs: true });
}

/** What proto-loader has no use for, and cannot write down again: options, and the files that declare them. */
const ABOUT_OPTIONS: ReadonlySet<string> = new Set(['google/protobuf/descriptor.proto', 'muster/v1/access.proto']);

interface ReflectedFile {
  name: string;
  service: { name: string; method: object[] }[];
}

function withoutOptions(file: ReflectedFile): ReflectedFile {
  const service = file.service.map((each) => ({ ...each, method: each.method.map((method) => ({ ...method, options: undefined })) }));
  return Object.assign(Object.create(Object.getPrototypeOf(file)), file, { service });
}

/** A namespace or message, as protobufjs writes it in JSON. */
interface ReflectedType {
  edition?: string;
  options?: { map_entry?: boolean };
  fields?: Record<string, { rule?: string; type: string; id: number; keyType?: string }>;
  oneofs?: Record<string, { oneof: string[] }>;
  nested?: Record<string, ReflectedType>;
}

/**
 * protobufjs reads a descriptor set with snake_case names, maps as repeated entries and without its syntax; proto-loader's `keepCase`
 * is for .proto files alone; and it marks the message that holds an entry as one too. Here names become as protoc's JSON names, maps become maps, and repeated numbers are packed.
 */
function asProtoc(type: ReflectedType): ReflectedType {
  const nested = Object.entries(type.nested ?? {});
  const entries = new Map(nested.filter(([name, inner]) => name.endsWith('Entry') && inner.options?.map_entry === true));
  const { options: _, ...rest } = type;
  const converted: ReflectedType = { ...rest, edition: 'proto3' };
  if (type.nested !== undefined) {
    converted.nested = Object.fromEntries(nested.filter(([name]) => !entries.has(name)).map(([name, inner]) => [name, asProtoc(inner)]));
  }
  if (type.fields !== undefined) {
    converted.fields = Object.fromEntries(
      Object.entries(type.fields).map(([name, field]) => {
        const entry = entries.get(field.type.slice(field.type.lastIndexOf('.') + 1))?.fields;
        const map =
          entry === undefined ? field : { id: field.id, keyType: entry['key']?.type as string, type: entry['value']?.type as string };
        return [toCamelCase(name), map];
      }),
    );
  }
  if (type.oneofs !== undefined) {
    converted.oneofs = Object.fromEntries(
      Object.entries(type.oneofs).map(([name, { oneof }]) => [toCamelCase(name), { oneof: oneof.map(toCamelCase) }]),
    );
  }
  return converted;
}

function toCamelCase(name: string): string {
  return name.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The definition of a service of `muster.v1`. */
export function serviceDefinition(definition: PackageDefinition, name: ServiceName): ServiceDefinition {
  return definition[`muster.v1.${name}`] as ServiceDefinition;
}
