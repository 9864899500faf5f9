// What a command wrote, as text and never as anything else, and how it ended.
import { useLayoutEffect, useRef } from 'react';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { plainText, type RunState } from './command-runner.ts';

/** Nearer to the end than this, the view follows what comes. */
const AT_END_PX = 40;
/** An answer that comes at once is read from its top; what goes on coming is followed. */
const FOLLOWS_AFTER_MS = 1500;

export function RunOutput({ run }: { run: RunState }) {
  const place = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  const text = plainText(run.text);
  // Dependencies: more text came
  useLayoutEffect(() => {
    const shown = place.current;
    const late = Date.now() - run.startedMs > FOLLOWS_AFTER_MS;
    if (shown !== null && follows.current && late && run.running) shown.scrollTop = shown.scrollHeight;
  }, [text, run.running, run.startedMs]);
  if (run.startedMs === 0) return null;
  return (
    <>
      <pre
        ref={place}
        className="run-output"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keys must reach it
        tabIndex={0}
        role="log"
        aria-label="Output"
        onScroll={({ currentTarget: at }) => {
          follows.current = at.scrollHeight - at.scrollTop - at.clientHeight < AT_END_PX;
        }}
      >
        {text}
      </pre>
      <div className="run-foot small" role="status">
        <span className={run.running ? 't3' : run.end?.status === 'ok' ? 'ok' : 'bad'}>{inWords(run)}</span>
        {run.cut && <span className="late">The oldest output was discarded.</span>}
        {run.end?.truncated && <span className="late">The agent cut the output at its limit.</span>}
        <span className="grow" />
        {text !== '' && <CopyButton text={text} label="Copy output" />}
      </div>
    </>
  );
}

function inWords({ running, end, problem, startedMs, endedMs }: RunState): string {
  if (running) return 'Running…';
  if (end === null) return problem;
  const took = `${((endedMs - startedMs) / 1000).toFixed(1)} s`;
  const exit = end.exitCode === null ? '' : `, exit status ${end.exitCode}`;
  const status = end.status.replace('_', ' ');
  return end.problem === '' ? `${status}${exit}, ${took}` : `${status}${exit}, ${took}: ${end.problem}`;
}
