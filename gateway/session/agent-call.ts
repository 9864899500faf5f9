// The gRPC call of an agent's stream, and how it ends over an error.
import { status } from '@grpc/grpc-js';
import type { MusterErrorCode } from '../../core/common/muster-error.ts';
import type { StreamEnd } from '../events.ts';

/** How a stream ends over an error of these codes. */
export const ENDS: Partial<Record<MusterErrorCode, readonly [StreamEnd, status]>> = {
  malformed: ['malformed', status.INVALID_ARGUMENT],
  already_exists: ['duplicate_identity', status.ALREADY_EXISTS],
  unauthenticated: ['expired', status.UNAUTHENTICATED],
  permission_denied: ['removed', status.PERMISSION_DENIED],
};

/** The gRPC call, as far as a session needs it. */
export interface AgentCall {
  readonly peer: string;
  /** False when no more should be written until `drained`. */
  write(message: Buffer): boolean;
  pause(): void;
  resume(): void;
  /** Ends the stream with a status; the connection stays. */
  end(code: status, details: string): void;
  /** Cuts the connection: a peer that does not read would never see the status. */
  cut(): void;
}
