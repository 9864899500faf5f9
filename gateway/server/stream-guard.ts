// Keeps a stream that is gone, or that a stranger ends at the wrong moment, from ending the process.
// grpc-js (1.x) answers a call of an unknown method, or of another content type, without looking whether its stream is still there; Node
// throws then, in an event that nobody has a try around. What calls it is no part of its contract: a test holds that it is still there.
import type { ServerHttp2Stream } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import { MusterError } from '../../core/common/muster-error.ts';

type StreamHandler = (this: unknown, interceptors: unknown, stream: ServerHttp2Stream, headers: unknown) => void;

/** Call it before the server has any port. */
export function guardStreams(server: Server, failed: (error: unknown) => void): void {
  const internals = server as unknown as { _streamHandler?: StreamHandler };
  const handle = internals._streamHandler;
  if (typeof handle !== 'function') throw new MusterError('internal', 'this version of grpc-js hands over its streams in another way');
  internals._streamHandler = function (interceptors, stream, headers) {
    stream.on('error', () => undefined);
    if (stream.destroyed) return;
    try {
      handle.call(this, interceptors, stream, headers);
    } catch (error) {
      if (!stream.destroyed) failed(error);
      stream.destroy();
    }
  };
}
