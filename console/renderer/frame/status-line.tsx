// The line that is always true: the way to the gateway, nodes by state, rows a second, lag, completeness.
import { memo } from 'react';
import type { PipelineView } from '../../common/pipeline-view.ts';
import { formatClock, formatNumber, plural, zoneName } from '../parts/format.ts';
import { STATE_ORDER, STATE_WORDS, StateMark } from '../parts/state-mark.tsx';
import { isCompletenessKnown, pathKnown, storedPerSecond } from '../pipeline/path-known.ts';
import { useConsole } from '../state/console-state.ts';
import { formatRoute } from '../state/route.ts';
import { useStore } from '../state/store.ts';

function StatusLineNow() {
  const state = useConsole();
  const now = useStore(state.clock);
  const { nodes, counts, complete } = useStore(state.fleet.snapshot);
  const connection = useStore(state.connection);
  const pipeline = useStore(state.pipeline);
  const connected = connection.kind === 'connected';
  const past = useStore(state.time).kind === 'past';
  // Always of now, whatever time the page shows.
  const told = pathKnown(connection, { kind: 'live', spanMs: 0 }, pipeline, now).kind === 'now';
  const fleet = formatRoute({ page: 'fleet', filter: '' });
  const toPipeline = formatRoute({ page: 'pipeline' });
  return (
    <footer className="status">
      <Connection />
      <ConnectionSaid />
      {past && <span className="past-text">now</span>}
      {complete && (
        <span className="parts">
          <a href={fleet}>{plural(nodes.size, 'node')}</a>
          {connected
            ? STATE_ORDER.filter((name) => counts[name] > 0).map((name) => (
                <a key={name} href={formatRoute({ page: 'fleet', filter: `state:${name}` })}>
                  <span>
                    <StateMark state={name} size={10} />
                    {formatNumber(counts[name])} {STATE_WORDS[name].toLowerCase()}
                  </span>
                </a>
              ))
            : nodes.size > 0 && (
                <span>
                  <StateMark state="not_known" size={10} />
                  states not known
                </span>
              )}
        </span>
      )}
      {connected && pipeline !== null && !told && <a href={toPipeline}>pipeline not known</a>}
      {connected && pipeline !== null && told && (
        <>
          <a href={toPipeline}>{storedRate(pipeline)}</a>
          <a href={toPipeline} className={pipeline.lagSeconds > 10 ? 'late' : ''}>
            lag {formatNumber(pipeline.lagSeconds, 1)} s
          </a>
          <a href={toPipeline} className={pipeline.problems.length > 0 ? 'bad' : ''}>
            {pipeline.problems.length > 0
              ? plural(pipeline.problems.length, 'problem')
              : !isCompletenessKnown(pipeline)
                ? 'completeness not known'
                : `${formatNumber(Math.floor(pipeline.completenessPercent * 1e4) / 1e4, pipeline.completenessPercent === 100 ? 0 : 4)} % complete`}
          </a>
        </>
      )}
      <span className="grow" />
      <span className="t3">
        {formatClock(now)} {zoneName()}
      </span>
    </footer>
  );
}

/** As words: an ETL that does not report stores nobody knows how much. */
export function storedRate(view: PipelineView): string {
  const perSecond = storedPerSecond(view);
  return perSecond === null ? 'rows/s not known' : `${formatNumber(perSecond)} rows/s`;
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
