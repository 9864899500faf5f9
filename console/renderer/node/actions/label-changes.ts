// What to ask of the gateway so that labels become as they were edited, and what somebody else did to them meanwhile.

export type Labels = Readonly<Record<string, string>>;

export function labelChanges(
  before: Labels,
  after: readonly { name: string; value: string }[],
): { set: Record<string, string>; remove: string[] } {
  const kept = new Map(after.map(({ name, value }) => [name, value]));
  const set = Object.fromEntries([...kept].filter(([name, value]) => before[name] !== value));
  return { set, remove: Object.keys(before).filter((name) => !kept.has(name)) };
}

/** Undefined stands for a label that is not there. */
export interface MeanwhileChange {
  name: string;
  theirs: string | undefined;
  /** Changed here as well, and to something else. */
  conflict: boolean;
}

/** What changed of the labels since `opened`, by name, beside what was edited here. */
export function changedMeanwhile(opened: Labels, edited: Labels, theirs: Labels): MeanwhileChange[] {
  const names = [...new Set([...Object.keys(opened), ...Object.keys(theirs)])].sort();
  return names.flatMap((name): MeanwhileChange[] => {
    const [before, mine, now] = [opened, edited, theirs].map((labels) => (Object.hasOwn(labels, name) ? labels[name] : undefined));
    if (now === before) return [];
    return [{ name, theirs: now, conflict: mine !== before && mine !== now }];
  });
}

/** The edited labels over those of now: what was not touched here is as somebody else made it. */
export function rebased(opened: Labels, edited: Labels, theirs: Labels): Record<string, string> {
  const { set, remove } = labelChanges(
    opened,
    Object.entries(edited).map(([name, value]) => ({ name, value })),
  );
  const merged = { ...theirs, ...set };
  for (const name of remove) delete merged[name];
  return merged;
}
