// What the fleet shows before there is a node: what to do, or the shape of what comes.
import { useEffect, useState } from 'react';
import { useConsole } from '../state/console-state.ts';
import { CopyButton } from '../widgets/copy-button.tsx';

const SIMULATE = 'npm run muster -- simulate --nodes 20';

export function FleetEmpty() {
  const { addOpen } = useConsole();
  return (
    <div className="blank">
      <h2>No node has joined yet</h2>
      <p>Try it with simulated machines. They appear here within a second.</p>
      <div className="code">
        <code>{SIMULATE}</code>
        <CopyButton text={SIMULATE} />
      </div>
      <p>Add your own machine with one command.</p>
      <button type="button" className="button primary" onClick={() => addOpen.set(true)}>
        Add a machine
      </button>
    </div>
  );
}

/** A moment of the past without nodes: before the first joined, or one the store could not tell of. */
export function NoMoment({ problem }: { problem: string }) {
  return (
    <div className="blank">
      <h2>{problem === '' ? 'No node had joined yet' : 'The fleet could not be read for that time'}</h2>
      <p>{problem || 'Choose a later time, or press Esc to return to live.'}</p>
    </div>
  );
}

const WIDTHS = [92, 70, 78, 104, 86, 64, 90, 75, 98, 82, 68, 94];

/** Only what takes longer than a blink shows its shape. */
export function FleetLoading() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <div className="skeleton" role="status" aria-label="Receiving the fleet">
      {WIDTHS.map((width) => (
        <div key={width}>
          <i style={{ width }} />
          <i style={{ width: 60 }} />
          <i style={{ width: 34 }} />
          <i style={{ width: 34 }} />
        </div>
      ))}
    </div>
  );
}
