// The handlers of AgentService: enrolment, and the streams of agents. They take and give encoded messages.
import {
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { toServiceError } from '../proto/client/grpc-errors.ts';
import { ANSWER_WITHIN_MS, answerWithin } from './access/answer-bound.ts';
import type { Enrolment } from './identity/enrolment.ts';
import { findIdentity, requireIdentity } from './identity/peer-identity.ts';
import type { AgentCall } from './session/agent-call.ts';
import type { AgentSession } from './session/agent-session.ts';
import type { SessionTable } from './session/session-table.ts';

export interface AgentServiceOptions {
  enrolment: Enrolment;
  sessions: SessionTable;
  /** Cuts the connection of a peer at once. */
  cut(peer: string): void;
  /** Why the certificate that a peer showed does not hold; undefined where it holds, or none was shown. */
  whyRefused(peer: string): string | undefined;
}

export function createAgentService(options: AgentServiceOptions): UntypedServiceImplementation {
  return {
    Enroll: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
      const enrol = (): Promise<Buffer> => options.enrolment.enrol(call.request, call.getPeer(), findIdentity(call));
      answerWithin(ANSWER_WITHIN_MS, 'Enroll', enrol).then(
        (response) => callback(null, response),
        (error: unknown) => callback(toServiceError(error)),
      );
    },
    Connect: (call: ServerDuplexStream<Buffer, Buffer>): void => connect(call, options),
  };
}

function connect(call: ServerDuplexStream<Buffer, Buffer>, options: AgentServiceOptions): void {
  let session: AgentSession;
  // Nobody else listens for errors of the stream; what they mean is told by `cancelled`.
  // Destroyed no sooner than its last message and status have gone: a write on its way would take the status with it, and the agent wait.
  call.on('error', () => call.once('finish', () => call.destroy()));
  try {
    session = options.sessions.add(requireIdentity(call, options.whyRefused(call.getPeer())), toAgentCall(call, options.cut));
  } catch (error) {
    call.emit('error', toServiceError(error));
    return;
  }
  call.on('data', (message: Buffer) => session.receive(message));
  // A connection that breaks ends the stream too, and is cancelled right after.
  call.on('end', () => setImmediate(() => !call.cancelled && session.peerEnded()));
  call.on('cancelled', () => session.cancelled());
  call.on('drain', () => session.drained());
}

function toAgentCall(call: ServerDuplexStream<Buffer, Buffer>, cut: (peer: string) => void): AgentCall {
  const peer = call.getPeer();
  return {
    peer,
    write: (message) => call.write(message),
    pause: () => call.pause(),
    resume: () => call.resume(),
    end: (code, details) => (code === status.OK ? call.end() : call.emit('error', { code, details })),
    cut: () => cut(peer),
  };
}
