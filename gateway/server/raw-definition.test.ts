import { Metadata, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import { CALLS } from '../../proto/gen/services.ts';
import { type Authorizer, type CallEvents, unary } from '../fleet/calls/call-handlers.ts';
import { toTotalDefinition } from './raw-definition.ts';

const GARBAGE = Buffer.from('0aff', 'hex');
const definition = toTotalDefinition(serviceDefinition(loadPackage(), 'FleetService'));
const admits: Authorizer = {
  admit: async () => ({ caller: { tokenId: 't' }, signal: new AbortController().signal, release: () => undefined }) as never,
};
const refuses: Authorizer = { admit: () => Promise.reject(new MusterError('unauthenticated', 'no token')) };
const events = { callFailed: () => undefined } as unknown as CallEvents;

function codeOf(authorizer: Authorizer, bytes: Buffer): Promise<unknown> {
  const request = definition['GetNode']?.requestDeserialize(bytes);
  const handler = unary({ authorizer, events }, CALLS.getNode, ({ node }: { node: string }) => ({ node }));
  return new Promise((resolve) => {
    handler({ request, metadata: new Metadata() } as unknown as ServerUnaryCall<{ node: string }, unknown>, (error, answer) =>
      resolve(error?.code ?? answer),
    );
  });
}

it('reads what is a message, and leaves it to the handler to refuse what is none', async () => {
  expect(await codeOf(admits, Buffer.from('0a0178', 'hex'))).toEqual({ node: 'x' });
  expect(await codeOf(admits, GARBAGE)).toBe(status.INVALID_ARGUMENT);
  for (const method of Object.values(definition)) expect(() => method.requestDeserialize(GARBAGE)).not.toThrow();
});

it('tells nobody what is wrong with a request before it knows who asks', async () => {
  expect(await codeOf(refuses, GARBAGE)).toBe(status.UNAUTHENTICATED);
});
