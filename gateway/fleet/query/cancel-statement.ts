// Ends a statement in the database whose answer nobody waits for any more: a closed connection is seen there only between two rows.
import { connect } from 'node:net';

const CANCEL_WITHIN_MS = 2000;
/** The code that makes of a start-up message a wish to cancel. */
const CANCEL_CODE = 80_877_102;

/** What pg knows of its connection, and its types leave out. */
interface Backend {
  processID: number | null;
  secretKey: number | null;
}

/** Nobody waits for it: where it fails, the statement's own time limit is left. */
export function cancelStatement({ host, port }: { host: string; port: number }, client: object): void {
  const { processID, secretKey } = client as Backend;
  if (processID === null || secretKey === null) return;
  const request = Buffer.alloc(16);
  for (const [i, value] of [request.length, CANCEL_CODE, processID, secretKey].entries()) request.writeInt32BE(value, i * 4);
  const socket = connect({ host, port, timeout: CANCEL_WITHIN_MS });
  const end = (): void => {
    socket.destroy();
  };
  socket.once('connect', () => socket.end(request));
  socket.once('timeout', end).once('error', end).resume();
}
