// A context as programs show it: which fleet, and what to be careful about. No path and no secret.

/** Beside the states' colours, so that a context is never taken for a state. */
export const CONTEXT_COLOURS = ['teal', 'plum', 'blue', 'olive', 'slate'] as const;
export type ContextColour = (typeof CONTEXT_COLOURS)[number];

export interface ContextView {
  name: string;
  /** host:port */
  gateway: string;
  colour: ContextColour;
  tags: readonly string[];
  /** Changes nothing until it is unlocked: for production. */
  readOnly: boolean;
}
