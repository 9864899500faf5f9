// What to ask of the gateway so that labels become as they were edited.

export function labelChanges(
  before: Readonly<Record<string, string>>,
  after: readonly { name: string; value: string }[],
): { set: Record<string, string>; remove: string[] } {
  const kept = new Map(after.map(({ name, value }) => [name, value]));
  const set = Object.fromEntries([...kept].filter(([name, value]) => before[name] !== value));
  return { set, remove: Object.keys(before).filter((name) => !kept.has(name)) };
}
