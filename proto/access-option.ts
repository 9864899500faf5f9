// Teaches protobufjs the method option `access`: what it does not know it drops, when it reads a descriptor set and when it writes one again.
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';

/** As in muster/v1/access.proto. */
const ACCESS_NUMBER = 50001;

/** The set of files that a generated descriptor set is; its methods' options have `access` as bytes. */
export function decodeDescriptorSet(bytes: Uint8Array): unknown {
  learnAccess();
  return descriptor.FileDescriptorSet.decode(bytes);
}

/** Safe to call again. */
export function learnAccess(): void {
  const { MethodOptions } = descriptor as unknown as { MethodOptions: protobuf.Type };
  if (MethodOptions.get('access') === null) MethodOptions.add(new protobuf.Field('access', ACCESS_NUMBER, 'bytes'));
}
