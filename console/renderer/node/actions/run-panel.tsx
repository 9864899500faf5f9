// "Run command…": a command of the node's allow-list, what it takes, what it writes as it comes, and how it ended.
import { Play, Square, X } from 'lucide-react';
import { type FormEvent, useEffect, useMemo, useState } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { formatAge } from '../../widgets/format.ts';
import { musterRun } from '../../widgets/shell-command.ts';
import { ArgumentInput } from './argument-input.tsx';
import { argumentsOf, formOf } from './command-forms.ts';
import { CommandRunner } from './command-runner.ts';
import { RunOutput } from './run-output.tsx';
import { useMayChange } from './use-may-change.ts';

const LIMITS_SECONDS = [10, 30, 60, 300];

export function RunPanel({ node, close }: { node: FleetNode; close: () => void }) {
  const { api, painter, clock } = useConsole();
  const refusal = useMayChange();
  const runner = useMemo(() => new CommandRunner(api, painter), [api, painter]);
  const run = useStore(runner.state);
  useStore(clock);
  const [command, setCommand] = useState(node.commands[0] ?? '');
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [limitSeconds, setLimitSeconds] = useState(30);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState('');
  const form = formOf(command);
  useEffect(() => () => runner.stop(), [runner]);

  const choose = (name: string): void => {
    setCommand(name);
    setValues({});
    setAsking(false);
    setProblem('');
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (run.running) return;
    try {
      const given = argumentsOf(form, values);
      setProblem('');
      if (form.asks !== undefined && !asking) {
        setAsking(true);
        return;
      }
      setAsking(false);
      void runner.run({ node: node.nodeId, command, arguments: given, timeoutMs: limitSeconds * 1000 });
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <aside
      className="run-panel floating float"
      role="dialog"
      aria-label={`Run a command on ${node.name}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        if (asking) setAsking(false);
        else close();
      }}
    >
      <div className="run-head">
        <h2 className="cut">Run on {node.name}</h2>
        <span className="grow" />
        <button type="button" className="icon-button" aria-label="Close (stops a running command)" onClick={close}>
          <X size={15} strokeWidth={1.6} />
        </button>
      </div>
      <form onSubmit={submit}>
        <label>
          <span>Command</span>
          {/* biome-ignore lint/a11y/noAutofocus: the panel was opened to choose one */}
          <select autoFocus className="text-field" value={command} onChange={(event) => choose(event.target.value)} disabled={run.running}>
            {node.commands.map((name) => (
              <option key={name} value={name}>
                {formOf(name).title}
              </option>
            ))}
          </select>
        </label>
        <p className="t3 small">{node.commands.length === 0 ? 'No commands are allowed on this node.' : form.says}</p>
        {form.fields.map((field) => (
          <ArgumentInput
            key={`${command} ${field.name}`}
            field={field}
            value={values[field.name]}
            onChange={(value) => {
              setAsking(false);
              setValues({ ...values, [field.name]: value });
            }}
          />
        ))}
        <label>
          <span>Time limit</span>
          <select className="text-field" value={limitSeconds} onChange={(event) => setLimitSeconds(Number(event.target.value))}>
            {LIMITS_SECONDS.map((seconds) => (
              <option key={seconds} value={seconds}>
                {seconds < 60 ? `${seconds} s` : `${seconds / 60} min`}
              </option>
            ))}
          </select>
        </label>
        {asking && (
          <p className="late small" role="alert">
            {form.asks} Run it on {node.name}?
          </p>
        )}
        {(refusal || problem) !== '' && (
          <p className="bad small" role="alert">
            {problem || refusal}
          </p>
        )}
        <div className="run-actions">
          {/* Not disabled while it runs: the focus would fall out of the panel, and Escape with it. */}
          <button type="submit" className="button primary" aria-disabled={run.running} disabled={command === '' || refusal !== ''}>
            <Play size={13} strokeWidth={1.6} />
            {asking ? `Yes, ${form.title.toLowerCase()}` : 'Run'}
          </button>
          {run.running && (
            <button type="button" className="button" onClick={() => runner.stop()}>
              <Square size={12} strokeWidth={1.6} />
              Stop
            </button>
          )}
          {run.running && (
            <span className="t3 small">
              {formatAge(Date.now() - run.startedMs)} of {limitSeconds} s
            </span>
          )}
          <span className="grow" />
          <CopyButton label="Copy as CLI" text={musterRun(node.nodeId, command, values)} />
        </div>
      </form>
      <RunOutput run={run} />
    </aside>
  );
}
