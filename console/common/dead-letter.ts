// Rows and batches that were set aside, as pages see them.

export interface DeadLetterLifeView {
  id: number;
  timeMs: number | null;
  reason: string;
  detail: string;
}

export interface DeadLetterView {
  id: number;
  timeMs: number | null;
  nodeId: string;
  /** A bounded word. */
  reason: string;
  /** One sentence. */
  detail: string;
  measurement: string;
  /** The row as JSON; empty where it could not be decoded. */
  row: string;
  /** What of the bytes can be read, where there is no row. */
  decoded: string;
  /** Of the bytes. */
  rawBytes: number;
  epoch: string;
  seq: number;
  tags: readonly string[];
  textFields: readonly string[];
  /** What it was set aside for before, oldest first. */
  history: readonly DeadLetterLifeView[];
}

export interface DeadLetterList {
  letters: readonly DeadLetterView[];
  /** All there are, by reason. */
  byReason: Readonly<Record<string, number>>;
  /** 0 where this was the last page. */
  nextBeforeId: number;
}

/** What a change is for: these letters, or those of a reason up to the newest one that the operator has seen. Nothing left out means all. */
export type ChosenLetters = { ids: readonly number[] } | { reason: string; upToId: number };

export interface ReplayAnswer {
  replayed: number;
  /** Why some could not be, a sentence each. */
  problems: readonly string[];
}
