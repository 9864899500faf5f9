// Edits the labels of a node. What the agent itself brings comes back as the agent has it.
import { Plus, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { labelProblem, MAX_LABELS } from '../../../../core/common/node-labels.ts';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { Dialog } from '../../widgets/dialog.tsx';
import { changedMeanwhile, type Labels, labelChanges, rebased } from './label-changes.ts';
import { Meanwhile } from './labels-meanwhile.tsx';
import { useMayChange } from './use-may-change.ts';

interface Row {
  id: number;
  name: string;
  value: string;
}

export function LabelEditor({ node, close }: { node: FleetNode; close: () => void }) {
  const { api, notice, undo } = useConsole();
  const refusal = useMayChange();
  // What is compared with: the labels when the editor opened, not those that others make of them meanwhile.
  const [opened, setOpened] = useState<Labels>(node.labels);
  const [rows, setRows] = useState<readonly Row[]>(() => rowsOf(node.labels));
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const named = rows.filter(({ name }) => name !== '');
  const wrong = named.map(({ name, value }) => labelProblem(name, value)).find((problem) => problem !== undefined);
  const twice = named.find(({ name }, at) => named.findIndex((other) => other.name === name) !== at);
  const problem = wrong ?? (twice === undefined ? '' : `label ${twice.name} appears twice`);
  const changes = labelChanges(opened, named);
  const changed = Object.keys(changes.set).length + changes.remove.length;
  const edited = labelsOf(named);
  const meanwhile = changedMeanwhile(opened, edited, node.labels);
  const conflict = meanwhile.some((change) => change.conflict);
  /** Goes on from the labels of now: with what was edited here over them, or with theirs where both changed one. */
  const goOn = (mine: boolean): void => {
    const merged = rebased(opened, edited, node.labels);
    if (!mine) {
      for (const { name, theirs, conflict: both } of meanwhile) {
        if (both && theirs === undefined) delete merged[name];
        else if (both) merged[name] = theirs as string;
      }
    }
    setOpened(node.labels);
    setRows(rowsOf(merged));
    setFailure('');
  };
  const edit = (id: number, change: Partial<Row>): void => setRows(rows.map((row) => (row.id === id ? { ...row, ...change } : row)));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    const before = opened;
    const back = labelChanges(
      edited,
      Object.entries(before).map(([name, value]) => ({ name, value })),
    );
    const saved = (): void => {
      const said = `Labels of ${node.name} saved.`;
      undo.set({
        notice: said,
        run: () =>
          void api
            .request('setNodeLabels', { node: node.nodeId, ...back, seen: edited })
            .catch((error: Error) => notice.set(error.message)),
      });
      notice.set(said);
      close();
    };
    api.request('setNodeLabels', { node: node.nodeId, ...changes, seen: before }).then(saved, (error: Error) => {
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
          Filters and views use them at once. History keeps its series. The label <code>maintenance</code> with <code>true</code>, or the
          time of its end, keeps a silent node quiet.
        </p>
        <Meanwhile changes={meanwhile} goOn={goOn} />
        <p className="bad small" role="alert">
          {refusal || problem || failure}
        </p>
        <div className="row">
          <button type="submit" className="button primary" disabled={busy || changed === 0 || conflict || problem !== '' || refusal !== ''}>
            {changed === 0 ? 'Save' : `Save ${changed === 1 ? 'one change' : `${changed} changes`}`}
          </button>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function rowsOf(labels: Labels): Row[] {
  return Object.entries(labels).map(([name, value], id) => ({ id, name, value }));
}

function labelsOf(rows: readonly Row[]): Labels {
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}
