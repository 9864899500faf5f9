// What grpcurl needs of a server: its services described as their .proto files were written, and its health.
import type { Server } from '@grpc/grpc-js';
import type { AnyDefinition, PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { splitDescriptorSet } from '../../proto/descriptor-files.ts';
import { descriptorSetBytes } from '../../proto/descriptors.ts';
import { SERVICES } from '../../proto/gen/services.ts';

const OWN_SERVICES = SERVICES.map((name) => `muster.v1.${name}`);
const HEALTH_SERVICE = 'grpc.health.v1.Health';

export interface Health {
  /** What health checks are told of the whole server and of each service; at first that it serves. */
  setServing(serving: boolean): void;
}

/** Adds reflection (v1 and v1alpha) and health to a server that has the services of `definition`. */
export function addReflectionAndHealth(server: Server, definition: PackageDefinition): Health {
  const health = new HealthImplementation();
  const setServing = (serving: boolean): void => {
    for (const service of ['', ...OWN_SERVICES]) health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING');
  };
  setServing(true);
  health.addToServer(server);
  new ReflectionService(toDescribed(definition), { services: [...OWN_SERVICES, HEALTH_SERVICE] }).addToServer(server);
  return { setServing };
}

/**
 * The package that reflection answers from. proto-loader makes descriptors anew, and in these maps and Timestamp are broken, comments gone and
 * names in camelCase; so each definition gets the files as the compiler made them.
 */
function toDescribed(definition: PackageDefinition): PackageDefinition {
  const files = splitDescriptorSet(descriptorSetBytes());
  const described: PackageDefinition = {};
  for (const [name, entry] of Object.entries(definition)) {
    described[name] = 'fileDescriptorProtos' in entry ? ({ ...entry, fileDescriptorProtos: files } as AnyDefinition) : entry;
  }
  return described;
}
