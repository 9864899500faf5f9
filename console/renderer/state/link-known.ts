// What the connection to the gateway leaves known of anything that only the gateway tells. Pure.
import type { ConnectionState } from '../../common/console-api.ts';
import { formatMoment } from '../widgets/format.ts';

/**
 * Why nothing of now is known, behind "not known": `since 17:40:58: this console is not connected to the gateway`. Empty while it is connected.
 * `heardMs` is when the gateway told it last, 0 where it never did.
 */
export function withheldWords(connection: ConnectionState, heardMs: number, nowMs: number): string {
  if (connection.kind === 'connected') return '';
  if (connection.kind === 'connecting') return 'yet: connecting to the gateway';
  const why = connection.kind === 'lost' ? 'this console is not connected to the gateway' : 'the gateway refuses this console';
  return `since ${formatMoment(heardMs || connection.sinceMs, nowMs)}: ${why}`;
}
