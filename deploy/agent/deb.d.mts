// Types of deb.mjs for the tests, which are TypeScript.

export interface DebPlace {
  root: string;
  /** The single file. */
  program: string;
  /** The folder the package goes to. */
  target: string;
  version: string;
  /** Of Node, which the program carries. */
  license: string;
}

export function buildDeb(place: DebPlace): Promise<{ path: string; bytes: number }>;
