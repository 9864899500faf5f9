// The nearest of some valid words to one that was mistyped. Bounded for whatever was typed: nobody mistypes a word of a kilobyte.

/** Longer words are meant for nothing that we know. */
const MAX_LENGTH = 64;

/** The word with the fewest edits from `word`, or undefined where none is near enough to be meant. */
export function nearest(word: string, valid: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestEdits = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of valid) {
    if (candidate.length > MAX_LENGTH || Math.abs(candidate.length - word.length) >= bestEdits) continue;
    const edits = editDistance(lower, candidate.toLowerCase(), bestEdits);
    if (edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** Levenshtein distance; `limit` or more where it is not below that. */
function editDistance(a: string, b: string, limit: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const edits = Math.min(row[j]! + 1, next[j - 1]! + 1, substitution);
      next.push(edits);
      least = Math.min(least, edits);
    }
    // Distances never shrink from row to row.
    if (least >= limit) return limit;
    row = next;
  }
  return row[b.length]!;
}
