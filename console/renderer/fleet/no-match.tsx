// Said in any view of the fleet where the filter leaves nothing.
export function NoMatch({ filter }: { filter: string }) {
  return (
    <div className="blank">
      <h2>No node matches</h2>
      <p>
        The filter is <span className="mono">{filter}</span>. Clear it with Esc in the filter line.
      </p>
    </div>
  );
}
