// Which requests change something: those whose call of the gateway does. A read-only context refuses them until it is unlocked.
import { CALLS, type Calls } from '../../proto/gen/services.ts';
import type { RequestName } from '../common/console-api.ts';

/** `write`: it changes a fleet, a machine or what is stored. */
export type Access = 'read' | 'write';

/** The call behind a request of another name; undefined where the host answers by itself. */
const CALL_OF: { readonly [K in Exclude<RequestName, keyof Calls>]: keyof Calls | undefined } = {
  joinInfo: 'getJoinInfo',
  createJoinToken: 'createToken',
  startExport: 'query',
  cancelExport: undefined,
  reconnect: undefined,
  unlock: undefined,
  lock: undefined,
  openContext: undefined,
  setNotifications: undefined,
  setZoom: undefined,
};

export function accessOf(name: RequestName): Access {
  const call = isCall(name) ? name : CALL_OF[name];
  return call !== undefined && CALLS[call].change !== '' ? 'write' : 'read';
}

function isCall(name: RequestName): name is Extract<RequestName, keyof Calls> {
  return Object.hasOwn(CALLS, name);
}
