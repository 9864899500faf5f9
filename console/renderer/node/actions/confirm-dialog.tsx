// Asks before a node is released from its quarantine or taken out of the fleet; the latter asks for its name typed.
import { type FormEvent, useState } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { navigate } from '../../state/route.ts';
import { Dialog } from '../../widgets/dialog.tsx';
import { useMayChange } from './use-may-change.ts';

export type NodeChange = 'release' | 'remove';

const WORDS = {
  release: {
    title: 'Release',
    says: 'The gateway accepts the node again. Release it only when a single machine uses this identity; otherwise it is quarantined again.',
  },
  remove: {
    title: 'Remove',
    says: 'Its certificate is refused from now on and it leaves the fleet. Its history stays. To come back, it must enrol with a join token.',
  },
};

export function ConfirmDialog({ node, change, close }: { node: FleetNode; change: NodeChange; close: () => void }) {
  const { api } = useConsole();
  const refusal = useMayChange();
  const [typed, setTyped] = useState('');
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const { title, says } = WORDS[change];
  const ready = change === 'release' || typed.trim() === node.name;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    const done = (): void => {
      close();
      if (change === 'remove') navigate({ page: 'fleet', filter: '' });
    };
    const call =
      change === 'release' ? api.request('releaseNode', { node: node.nodeId }) : api.request('removeNode', { node: node.nodeId });
    call.then(done, (error: Error) => {
      setBusy(false);
      setFailure(error.message);
    });
  };
  return (
    <Dialog label={`${title} ${node.name}`} className="node-dialog" close={close}>
      <form onSubmit={submit}>
        <h2 className="cut">
          {title} {node.name}?
        </h2>
        <p className="t2">{says}</p>
        {change === 'remove' && (
          <label>
            <span>
              Type <b>{node.name}</b> to remove it
            </span>
            <input
              className="text-field"
              spellCheck={false}
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
        )}
        <p className="bad small" role="alert">
          {refusal || failure}
        </p>
        <div className="row">
          <button type="submit" className="button primary" disabled={busy || !ready || refusal !== ''}>
            {title}
          </button>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
