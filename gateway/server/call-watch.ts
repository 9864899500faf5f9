// Tells of each connection whether calls are open on it, and whether one was let in.
import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';

export interface ConnectionCalls {
  /** Whether this still has to be found out. */
  has(peer: string): boolean;
  callBegan(peer: string): void;
  callEnded(peer: string): void;
  /** A call of it was answered that asks who calls. */
  leave(peer: string): void;
}

/** Anybody may call these. */
const OPEN = /^\/grpc\.(health|reflection)\./;

export function createCallWatch(connections: ConnectionCalls): ServerInterceptor {
  return (method, call) => {
    const peer = call.getPeer();
    if (!connections.has(peer)) return new ServerInterceptingCall(call);
    connections.callBegan(peer);
    const proves = !OPEN.test(method.path);
    return new ServerInterceptingCall(call, {
      // Told at the end of each call, however it ends.
      start: (next) => next({ onCancel: () => connections.callEnded(peer) }),
      sendMessage: (message, next) => {
        if (proves) connections.leave(peer);
        next(message);
      },
      sendStatus: (answer, next) => {
        if (proves && answer.code === status.OK) connections.leave(peer);
        next(answer);
      },
    });
  };
}
