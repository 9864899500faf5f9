// What `grpcurl describe` sees: the .proto files as they were written, with comments, maps and snake_case.
import type { AnyDefinition, PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { descriptorSetBytes } from '../../proto/descriptors.ts';
import { WireReader } from '../../proto/wire.ts';

/**
 * Reflection over `definition`. proto-loader rewrites descriptors in a way that breaks maps and Timestamp and loses comments, so every
 * definition gets the bytes of the files as the compiler made them.
 */
export function createReflection(definition: PackageDefinition, services: string[]): ReflectionService {
  const files = splitDescriptorSet(descriptorSetBytes());
  const original: PackageDefinition = {};
  for (const [name, entry] of Object.entries(definition)) {
    original[name] = 'fileDescriptorProtos' in entry ? ({ ...entry, fileDescriptorProtos: files } as AnyDefinition) : entry;
  }
  return new ReflectionService(original, { services });
}

/** The FileDescriptorProtos (field 1) of a google.protobuf.FileDescriptorSet. */
function splitDescriptorSet(bytes: Buffer): Buffer[] {
  const files: Buffer[] = [];
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const key = reader.uint();
    if (key === 10) files.push(reader.bytes());
    else reader.skip(key % 8);
  }
  return files;
}
