// Add a machine: makes a join token, shows the line to paste on the machine, and a tick when its first sample comes.
import { X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { JOIN_SYSTEMS, type JoinInfoView, type JoinSystem, type JoinTokenView } from '../../common/join-view.ts';
import { useMayChange } from '../node/actions/use-may-change.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { CopyButton } from '../widgets/copy-button.tsx';
import { Dialog } from '../widgets/dialog.tsx';
import { fingerprintLines } from './arrivals.ts';
import { Arrivals } from './arrivals-pane.tsx';
import { SYSTEM_WORDS, USES, VALIDITIES } from './strings.ts';

export function AddMachine() {
  const { api, addOpen, desk } = useConsole();
  const [info, setInfo] = useState<JoinInfoView>();
  const [problem, setProblem] = useState('');
  const [token, setToken] = useState<JoinTokenView>();
  const [system, setSystem] = useState<JoinSystem>('linux');
  const context = useStore(desk)?.context.name ?? '';
  const close = (): void => addOpen.set(false);
  useEffect(() => {
    const asked = new AbortController();
    api.request('joinInfo', {}, asked.signal).then(setInfo, (error: Error) => {
      if (!asked.signal.aborted) setProblem(`How a machine joins is not known: ${error.message}`);
    });
    return () => asked.abort();
  }, [api]);
  const blocked = problem || info?.problem || '';
  return (
    <Dialog label="Add a machine" className="add-machine" close={close}>
      <div className="add-top">
        <h2>Add a machine</h2>
        <span className="t3 cut grow">{[context, info?.addresses[0]].filter(Boolean).join(', ')}</span>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <X size={14} strokeWidth={1.6} aria-hidden />
        </button>
      </div>
      {blocked !== '' ? (
        <p className="add-blocked" role="alert">
          {blocked}
        </p>
      ) : (
        <>
          <SystemTabs system={system} choose={setSystem} />
          <div className="add-columns">
            <div>
              <TokenStep token={token} made={setToken} />
              <LineStep info={info} token={token} system={system} />
              {info !== undefined && <CompareStep caSha256={info.caSha256} />}
            </div>
            <Arrivals token={token} address={info?.addresses[0]} close={close} />
          </div>
        </>
      )}
    </Dialog>
  );
}

function SystemTabs({ system, choose }: { system: JoinSystem; choose: (system: JoinSystem) => void }) {
  const onKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    const at = JOIN_SYSTEMS.indexOf(system);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: JOIN_SYSTEMS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = JOIN_SYSTEMS[(to + JOIN_SYSTEMS.length) % JOIN_SYSTEMS.length] as JoinSystem;
    choose(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-system="${next}"]`)?.focus();
  };
  return (
    <div className="add-tabs" role="tablist" aria-label="What runs on the machine" onKeyDown={onKey}>
      {JOIN_SYSTEMS.map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          data-system={each}
          aria-selected={each === system}
          tabIndex={each === system ? 0 : -1}
          onClick={() => choose(each)}
        >
          {SYSTEM_WORDS[each].title}
        </button>
      ))}
    </div>
  );
}

/** A token is made when it is asked for: one that nobody uses is one that somebody else may find. */
function TokenStep({ token, made }: { token: JoinTokenView | undefined; made: (token: JoinTokenView) => void }) {
  const { api } = useConsole();
  const refusal = useMayChange();
  const [uses, setUses] = useState(1);
  const [validSeconds, setValidSeconds] = useState(VALIDITIES[0]?.seconds ?? 3600);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const make = (): void => {
    setBusy(true);
    setFailure('');
    api
      .request('createJoinToken', { uses, validSeconds })
      .then(made, (error: Error) => setFailure(error.message))
      .finally(() => setBusy(false));
  };
  return (
    <section className="add-step">
      <h3>
        <b>1</b> Token <span className="t3">expires by itself; the secret is shown only once</span>
      </h3>
      <div className="row">
        <label>
          <span className="t3">for</span>
          <select className="select" value={uses} onChange={(event) => setUses(Number(event.target.value))}>
            {USES.map((each) => (
              <option key={each} value={each}>
                {each} {each === 1 ? 'machine' : 'machines'}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span className="t3">ends in</span>
          <select className="select" value={validSeconds} onChange={(event) => setValidSeconds(Number(event.target.value))}>
            {VALIDITIES.map(({ label, seconds }) => (
              <option key={seconds} value={seconds}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <button
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened for this
          autoFocus
          type="button"
          className={`button ${token === undefined ? 'primary' : ''}`}
          disabled={busy || refusal !== ''}
          onClick={make}
        >
          {token === undefined ? 'Make the line' : 'Make another'}
        </button>
      </div>
      {(refusal || failure) !== '' && (
        <p className="bad small" role="alert">
          {refusal || failure}
        </p>
      )}
    </section>
  );
}

function LineStep({ info, token, system }: { info: JoinInfoView | undefined; token: JoinTokenView | undefined; system: JoinSystem }) {
  const line = info?.lines.find((each) => each.system === system);
  const { where, note } = SYSTEM_WORDS[system];
  if (line === undefined) return null;
  const text = token === undefined ? line.text : line.text.replace('TOKEN_HERE', () => token.secret);
  return (
    <section className="add-step">
      <h3>
        <b>2</b> Paste this on the machine <span className="t3 cut">{where}</span>
      </h3>
      <div className={`code ${token === undefined ? 'not-yet' : ''}`}>
        <code>{text}</code>
        {token !== undefined && <CopyButton text={text} />}
      </div>
      <p className="t3 small">
        {note} {line.needs !== '' && `It needs ${line.needs}.`}
      </p>
    </section>
  );
}

function CompareStep({ caSha256 }: { caSha256: string }) {
  const [first, second] = fingerprintLines(caSha256);
  return (
    <section className="add-step">
      <h3>
        <b>3</b> Compare, if you like <span className="t3 cut">SHA-256 of the file of this fleet’s CA</span>
      </h3>
      <code className="fingerprint">
        {first}
        <br />
        {second}
      </code>
      <p className="t3 small">
        The line checks it before anything runs; sha256sum ca/fleet-ca.crt in the gateway’s state folder prints it.
      </p>
    </section>
  );
}
