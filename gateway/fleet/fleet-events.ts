// What is worth knowing of the fleet service; the process's events.ts logs and counts it.
import type { MusterErrorCode } from '../../core/common/muster-error.ts';

export interface FleetEvents {
  /** A call of FleetService ended with an error. `method` and `code` are bounded words. */
  callFailed(call: { method: string; code: MusterErrorCode; message: string }): void;
  /** Something on NATS that ought to be of ours could not be read: a key of a bucket or a message of a subject. */
  fleetInputUnreadable(input: { source: string; key: string }): void;
  /** The database did not say when nodes were last stored; it is asked again. */
  historyUnavailable(failure: { message: string }): void;
  /** A command of a caller ended; `status` is a bounded word. */
  commandEnded(command: { id: string; nodeId: string; name: string; caller: string; status: string }): void;
}
