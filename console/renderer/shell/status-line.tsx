// The line that is always true: the way to the gateway, nodes by state, rows a second, lag, completeness.
import { memo } from 'react';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { completenessOf, pathNow, storedPerSecond } from '../pipeline/path-known.ts';
import { useConsole } from '../state/console-state.ts';
import { useFleetKnown } from '../state/fleet-known.ts';
import { kindsInWords } from '../state/kinds-in-words.ts';
import { type Known, mapKnown } from '../state/known.ts';
import { useLook } from '../state/look.ts';
import { formatRoute } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { formatClock, formatNumber, plural, zoneName } from '../widgets/format.ts';
import { figureWords, worthWords } from '../widgets/known-figure.tsx';
import { STATE_ORDER, STATE_WORDS, StateMark } from '../widgets/state-mark.tsx';

function StatusLineNow() {
  const state = useConsole();
  const now = useStore(state.clock);
  useLook();
  const { nodes, kinds, states } = useFleetKnown();
  const connection = useStore(state.connection);
  // Always of now, whatever time the page shows.
  const path = pathNow(connection, useStore(state.pipeline), now);
  const past = useStore(state.time).kind === 'past';
  const fleet = formatRoute({ page: 'fleet', filter: '' });
  return (
    <footer className="status">
      <Connection />
      <ConnectionSaid />
      {past && <span className="past-text">now</span>}
      {nodes.worth !== 'unknown' && (
        <span className="parts">
          <a href={fleet} className={nodes.worth === 'stale' ? 't3' : ''} title={worthWords(nodes, now) || undefined}>
            {kindsInWords(kinds)}
          </a>
          {states.worth !== 'unknown'
            ? STATE_ORDER.filter((name) => states.value[name] > 0).map((name) => (
                <a key={name} href={formatRoute({ page: 'fleet', filter: `state:${name}` })}>
                  <span>
                    <StateMark state={name} size={10} />
                    {figureWords(mapKnown(states, (counts) => counts[name]))} {STATE_WORDS[name].toLowerCase()}
                  </span>
                </a>
              ))
            : nodes.value > 0 && (
                <span title={worthWords(states, now)}>
                  <StateMark state="not_known" size={10} />
                  states not known
                </span>
              )}
        </span>
      )}
      {connection.kind === 'connected' && <PathParts path={path} nowMs={now} />}
      <span className="grow" />
      <span className="t3">
        {formatClock(now)} {zoneName(now)}
      </span>
    </footer>
  );
}

/** Nothing before the first answer: the connection's own word stands there. */
function PathParts({ path, nowMs }: { path: Known<PipelineView>; nowMs: number }) {
  const to = formatRoute({ page: 'pipeline' });
  if (path.worth === 'unknown') {
    return (
      <a href={to} title={worthWords(path, nowMs)}>
        pipeline not known
      </a>
    );
  }
  const { lagSeconds, problems } = path.value;
  return (
    <>
      <a href={to} title={worthWords(storedPerSecond(path), nowMs) || undefined}>
        {storedRate(path)}
      </a>
      <a href={to} className={(lagSeconds ?? 0) > 10 ? 'late' : ''}>
        {lagSeconds === null ? 'lag not known' : `lag ${formatNumber(lagSeconds, 1)} s`}
      </a>
      {problems.length > 0 ? (
        <a href={to} className="bad">
          {plural(problems.length, 'problem')}
        </a>
      ) : (
        <a href={to} title={worthWords(completenessOf(path), nowMs) || undefined}>
          {completeWords(completenessOf(path))}
        </a>
      )}
    </>
  );
}

/** As words: an ETL that does not report stores nobody knows how much. */
export function storedRate(path: Known<PipelineView>): string {
  const rate = storedPerSecond(path);
  return rate.worth === 'unknown' ? 'rows/s not known' : `${figureWords(rate)} rows/s`;
}

/** Never rounded up to all. */
function completeWords(complete: Known<number>): string {
  if (complete.worth === 'unknown') return 'completeness not known';
  return `${formatNumber(Math.floor(complete.value * 1e4) / 1e4, complete.value === 100 ? 0 : 4)} % complete`;
}

/** It hears of what it shows by itself: a letter in the filter is none of it. */
export const StatusLine = memo(StatusLineNow);

/** For who listens: only that the connection came or went, not each second of the wait for it. */
function ConnectionSaid() {
  const { kind } = useStore(useConsole().connection);
  const words = {
    connecting: '',
    connected: 'Connected to the gateway',
    lost: 'The gateway is not connected',
    refused: 'The gateway refuses this console',
  };
  return (
    <span className="sr-only" role="status">
      {words[kind]}
    </span>
  );
}

function Connection() {
  const { api, connection, clock } = useConsole();
  const state = useStore(connection);
  useStore(clock);
  if (state.kind === 'connected') {
    return (
      <span>
        <StateMark state="live" size={10} />
        connected {formatNumber(state.roundTripMs)} ms
      </span>
    );
  }
  if (state.kind === 'connecting') {
    return (
      <span>
        <StateMark state="not_known" size={10} />
        connecting to {state.gateway || 'the gateway'}
      </span>
    );
  }
  const wait = Math.max(0, Math.ceil((state.nextTryMs - Date.now()) / 1000));
  return (
    <button type="button" title="Try now" onClick={() => void api.request('reconnect', {}).catch(() => undefined)}>
      <StateMark state="silent" size={10} />
      <span className="bad">{state.kind === 'refused' ? 'refused' : 'not connected'}</span>
      {state.gateway}: {state.reason}, next try in {wait} s
    </button>
  );
}
