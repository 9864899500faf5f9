// Says in the label editor what somebody else did to the labels while it was open, and lets the operator choose where both changed one.
import type { MeanwhileChange } from './label-changes.ts';

export function Meanwhile({ changes, goOn }: { changes: readonly MeanwhileChange[]; goOn: (mine: boolean) => void }) {
  if (changes.length === 0) return null;
  const words = ({ name, theirs }: MeanwhileChange): string => (theirs === undefined ? `${name} was removed` : `${name} is now ${theirs}`);
  const told = (conflict: boolean): string =>
    changes
      .filter((change) => change.conflict === conflict)
      .map(words)
      .join(', ');
  const both = told(true);
  return (
    <div className="late small" role="alert">
      {told(false) !== '' && <p>Changed by somebody else meanwhile, and kept: {told(false)}.</p>}
      {both !== '' && (
        <>
          <p>Changed by somebody else and here: {both}.</p>
          <div className="row">
            <button type="button" className="button" onClick={() => goOn(true)}>
              Use mine
            </button>
            <button type="button" className="button" onClick={() => goOn(false)}>
              Use theirs
            </button>
          </div>
        </>
      )}
    </div>
  );
}
