// What has come by the token: a ring while a machine is on its way, a tick with its first values.
import { Check } from 'lucide-react';
import type { JoinTokenView } from '../../common/join-view.ts';
import { useConsole } from '../state/console-state.ts';
import { navigate } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { formatClock, formatNumber, plural } from '../widgets/format.ts';
import { type Arrival, arrivalsOf, awaitedOf, portOf } from './arrivals.ts';

interface Props {
  token: JoinTokenView | undefined;
  /** Where machines reach the gateway. */
  address: string | undefined;
  close: () => void;
}

/** Beyond it a list of names says less than a number. */
const SHOWN = 6;

export function Arrivals({ token, address, close }: Props) {
  const { fleet, connection, clock } = useConsole();
  useStore(clock);
  const snapshot = useStore(fleet.snapshot);
  const connected = useStore(connection).kind === 'connected';
  if (token === undefined) {
    return (
      <aside className="add-arrivals" aria-label="Arrived">
        <h3>Arrived</h3>
        <p className="t3">The machine appears here with its first values, seconds after you run the line.</p>
      </aside>
    );
  }
  const all = arrivalsOf(snapshot.nodes.values(), token.tokenId);
  const { arrived, waiting, expired } = awaitedOf(all, token, fleet.now());
  return (
    <aside className="add-arrivals" aria-label="Arrived">
      <h3>
        Arrived <span className="t3">{`${arrived} of ${token.uses}, token ends ${formatClock(token.expiresMs)}`}</span>
      </h3>
      <div role="status" aria-label="Machines that arrived">
        {all.slice(0, SHOWN).map((each) => (
          <Machine key={each.node.nodeId} {...each} close={close} />
        ))}
        {all.length > SHOWN && <p className="t3">and {plural(all.length - SHOWN, 'more', 'more')}</p>}
      </div>
      {waiting > 0 && (
        <div className="add-waiting">
          <Ring />
          <p>
            <b>
              {connected
                ? `Waiting for ${waiting === 1 && token.uses === 1 ? 'it' : `${waiting} more`}.`
                : 'The gateway is not connected: what came meanwhile is not known.'}
            </b>{' '}
            {connected &&
              portOf(address) !== '' &&
              `Nothing after a minute? The machine must reach port ${portOf(address)} of the gateway.`}
          </p>
        </div>
      )}
      {expired > 0 && (
        <div className="add-waiting">
          <p role="status">
            <b>The token has expired.</b> Make another for machines that have not joined.
          </p>
        </div>
      )}
    </aside>
  );
}

function Machine({ node, arrived, close }: Arrival & { close: () => void }) {
  const { values } = node;
  const open = (): void => {
    close();
    navigate({ page: 'node', nodeId: node.nodeId });
  };
  return (
    <div className="add-machine-row">
      {arrived ? (
        <i className="tick">
          <Check size={14} strokeWidth={2} aria-hidden />
        </i>
      ) : (
        <Ring />
      )}
      <div>
        <b className="cut">{node.name}</b>
        <span className="t2">
          {arrived
            ? `CPU ${formatNumber(values?.cpuPercent, 1)} %, memory ${formatNumber(values?.memoryPercent, 1)} %`
            : 'has its certificate, no sample yet'}
        </span>
      </div>
      <button type="button" className="button" onClick={open}>
        Open
      </button>
    </div>
  );
}

function Ring() {
  return (
    <svg className="ring" width="22" height="22" viewBox="0 0 22 22" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
      <circle cx="11" cy="11" r="9" opacity="0.35" />
      <circle cx="11" cy="11" r="9" strokeDasharray="12 50" strokeLinecap="round" />
    </svg>
  );
}
