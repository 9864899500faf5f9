// Saved views and queries, as the palette and the rail offer them. Their pages own them; this only reads what they keep.
export interface SavedPlace {
  name: string;
  /** `view`, `query`. */
  kind: string;
  address: string;
}

const sources: (() => readonly SavedPlace[])[] = [];

/** Adds what a page keeps; asked whenever the palette answers. */
export function offerSaved(source: () => readonly SavedPlace[]): void {
  sources.push(source);
}

export function savedPlaces(): SavedPlace[] {
  return sources.flatMap((source) => source());
}
