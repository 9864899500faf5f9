// Says that this console lost the gateway, and that this says nothing of the nodes.

import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { formatClock } from '../widgets/format.ts';
import { StateMark } from '../widgets/state-mark.tsx';

export function DisconnectedNotice() {
  const { api, connection, clock } = useConsole();
  const state = useStore(connection);
  useStore(clock);
  if (state.kind !== 'lost' && state.kind !== 'refused') return null;
  const wait = Math.max(0, Math.ceil((state.nextTryMs - Date.now()) / 1000));
  return (
    <div className="notice" role="alert">
      <StateMark state="silent" />
      <span className="grow">
        <b>
          {state.kind === 'refused' ? 'The gateway has refused this console since' : 'This console lost the gateway at'}{' '}
          {formatClock(state.sinceMs)}.
        </b>{' '}
        The nodes may be well; nothing is known since. {wait === 0 ? 'Trying now' : `Trying again in ${wait} s`}, try {state.tries + 1}.{' '}
        <span className="t3">{state.reason}</span>
      </span>
      <button type="button" className="button" onClick={() => void api.request('reconnect', {}).catch(() => undefined)}>
        Try now
      </button>
    </div>
  );
}
