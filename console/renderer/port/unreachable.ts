// What a port does with a message that cannot be carried: requests are answered, the rest is not kept, as subscriptions are sent anew by `opened`.
import type { HostPortListener, PageMessage } from '../../common/port-message.ts';

export function refuseUnreachable(listener: HostPortListener | undefined, message: PageMessage, reason: string): void {
  if (message.kind !== 'request') return;
  const error = { code: 'unavailable' as const, message: reason };
  // After the caller has its promise
  queueMicrotask(() => listener?.message({ kind: 'error', id: message.id, error }));
}
