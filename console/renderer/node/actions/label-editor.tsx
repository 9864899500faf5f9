// Edits the labels of a node. What the agent itself brings comes back as the agent has it.
import { Plus, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { labelProblem, MAX_LABELS } from '../../../../core/common/node-labels.ts';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { Dialog } from '../../frame/dialog.tsx';
import { useConsole } from '../../state/console-state.ts';
import { labelChanges } from './label-changes.ts';
import { useMayChange } from './use-may-change.ts';

interface Row {
  id: number;
  name: string;
  value: string;
}

export function LabelEditor({ node, close }: { node: FleetNode; close: () => void }) {
  const { api, notice, undo } = useConsole();
  const refusal = useMayChange();
  const [rows, setRows] = useState<readonly Row[]>(() => Object.entries(node.labels).map(([name, value], id) => ({ id, name, value })));
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const named = rows.filter(({ name }) => name !== '');
  const wrong = named.map(({ name, value }) => labelProblem(name, value)).find((problem) => problem !== undefined);
  const twice = named.find(({ name }, at) => named.findIndex((other) => other.name === name) !== at);
  const problem = wrong ?? (twice === undefined ? '' : `label ${twice.name} is there twice`);
  const changes = labelChanges(node.labels, named);
  const changed = Object.keys(changes.set).length + changes.remove.length;
  const edit = (id: number, change: Partial<Row>): void => setRows(rows.map((row) => (row.id === id ? { ...row, ...change } : row)));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    const back = labelChanges(
      Object.fromEntries(named.map(({ name, value }) => [name, value])),
      Object.entries(node.labels).map(([name, value]) => ({ name, value })),
    );
    const saved = (): void => {
      const said = `Labels of ${node.name} are saved.`;
      undo.set({
        notice: said,
        run: () => void api.request('setNodeLabels', { node: node.nodeId, ...back }).catch((error: Error) => notice.set(error.message)),
      });
      notice.set(said);
      close();
    };
    api.request('setNodeLabels', { node: node.nodeId, ...changes }).then(saved, (error: Error) => {
      setBusy(false);
      setFailure(error.message);
    });
  };
  return (
    <Dialog label={`Labels of ${node.name}`} className="node-dialog" close={close}>
      <form onSubmit={submit}>
        <h2 className="cut">Labels of {node.name}</h2>
        <div className="label-rows">
          {rows.map(({ id, name, value }) => (
            <div key={id} className="label-row">
              <input
                className="text-field"
                aria-label="Name"
                value={name}
                spellCheck={false}
                onChange={(event) => edit(id, { name: event.target.value })}
              />
              <input
                className="text-field"
                aria-label={`Value of ${name}`}
                value={value}
                spellCheck={false}
                onChange={(event) => edit(id, { value: event.target.value })}
              />
              <button
                type="button"
                className="icon-button"
                aria-label={`Remove ${name}`}
                onClick={() => setRows(rows.filter((row) => row.id !== id))}
              >
                <X size={14} strokeWidth={1.6} />
              </button>
            </div>
          ))}
        </div>
        <button
          type="button"
          className="button"
          disabled={rows.length >= MAX_LABELS}
          onClick={() => setRows([...rows, { id: Math.max(-1, ...rows.map(({ id }) => id)) + 1, name: '', value: '' }])}
        >
          <Plus size={13} strokeWidth={1.6} />
          Add a label
        </button>
        <p className="t3 small">
          Fleet, filters and views use them at once. History keeps its series. The label <code>maintenance</code> with <code>true</code>, or
          the time of its end, keeps a silent node quiet.
        </p>
        <p className="bad small" role="alert">
          {refusal || problem || failure}
        </p>
        <div className="row">
          <button type="submit" className="button primary" disabled={busy || changed === 0 || problem !== '' || refusal !== ''}>
            {changed === 0 ? 'Nothing changed' : `Save ${changed === 1 ? 'one change' : `${changed} changes`}`}
          </button>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
