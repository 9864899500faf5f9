// The services and messages as grpc-js and reflection want them, from the one generated descriptor set.

import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, type PackageDefinition } from '@grpc/proto-loader';
import { DESCRIPTOR_SET } from './gen/descriptor-set.ts';

/** The bytes of the google.protobuf.FileDescriptorSet, comments included. */
export function descriptorSetBytes(): Buffer {
  return Buffer.from(DESCRIPTOR_SET, 'base64');
}

/**
 * Every service and message of `muster.v1`, by full name. Objects have camelCase keys, 64-bit integers as numbers, enums as their
 * names, bytes as Buffers, maps as objects; defaults are filled in, a field with presence that is absent is missing.
 */
export function loadPackage(): PackageDefinition {
  return loadFileDescriptorSetFromBuffer(descriptorSetBytes(), {
    keepCase: false,
    longs: Number,
    enums: String,
    bytes: Buffer,
    defaults: true,
    oneofs: true,
  });
}

/** The definition of `muster.v1.FleetService` or `muster.v1.AgentService`. */
export function serviceDefinition(definition: PackageDefinition, name: 'FleetService' | 'AgentService'): ServiceDefinition {
  return definition[`muster.v1.${name}`] as ServiceDefinition;
}
