// A service whose handlers take and give encoded messages. grpc-js answers INTERNAL when a deserializer throws; handlers of ours say better.
import type { ServiceDefinition } from '@grpc/grpc-js';
import { UnreadableRequest } from '../fleet/calls/unreadable-request.ts';

const asItIs = (bytes: Buffer): Buffer => bytes;

/** The same methods under the same paths, without any encoding. */
export function toRawDefinition(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [name, { ...method, requestDeserialize: asItIs, responseSerialize: asItIs }]),
  );
}

/** The same methods; what a request's bytes are not is told by their handler, once it knows who asks. */
export function toTotalDefinition(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          return method.requestDeserialize(bytes);
        } catch (error) {
          return new UnreadableRequest(error);
        }
      };
      return [name, { ...method, requestDeserialize }];
    }),
  );
}
