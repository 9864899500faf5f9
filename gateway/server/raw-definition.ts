// A service whose handlers take and give encoded messages. grpc-js answers INTERNAL when a deserializer throws; handlers of ours say better.
import type { ServiceDefinition } from '@grpc/grpc-js';

const asItIs = (bytes: Buffer): Buffer => bytes;

/** The same methods under the same paths, without any encoding. */
export function toRawDefinition(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [name, { ...method, requestDeserialize: asItIs, responseSerialize: asItIs }]),
  );
}
