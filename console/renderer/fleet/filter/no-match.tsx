// Said in any view of the fleet where the filter leaves nothing, or is not understood.

export function NoMatch({ filter, problem = '' }: { filter: string; problem?: string }) {
  return (
    <div className="blank">
      <h2>{problem === '' ? 'No matches' : 'The filter has a mistake, so no nodes are shown'}</h2>
      <p>
        {problem !== '' && `${problem}. `}
        The filter is <span className="mono">{filter}</span>. Clear it with Esc in the filter line.
      </p>
    </div>
  );
}
