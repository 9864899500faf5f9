/** The agent as one executable, at `target`; `node` is the binary that carries it. */
export function buildSingleFile(place: { root: string; node: string; target: string }): Promise<{
  path: string;
  bytes: number;
  stripped: boolean;
}>;
