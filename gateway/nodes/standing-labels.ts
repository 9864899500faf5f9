// Which labels a node has: those it says of itself, over them those of its join token, over all those of an operator.
import { MusterError } from '../../core/common/muster-error.ts';
import { labelProblem, MAX_LABELS } from '../../core/common/node-labels.ts';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';

type Labels = Readonly<Record<string, string>>;

export interface LabelChange {
  set: Labels;
  remove: readonly string[];
  /** All labels as whoever changes them saw them; undefined compares nothing. */
  seen?: Labels | undefined;
}

/** What stands over what a machine says of itself. */
export function standingLabels(entry: Pick<RegistryEntry, 'assignedLabels' | 'operatorLabels'> | undefined): Record<string, string> {
  return { ...entry?.assignedLabels, ...entry?.operatorLabels };
}

/** Throws `invalid_argument` for a label that nobody may have, and for one that is set and removed at once. */
export function assertLabelChange({ set, remove }: LabelChange): void {
  const entries = Object.entries(set);
  if (entries.length === 0 && remove.length === 0) throw new MusterError('invalid_argument', 'no label is named: set or remove one');
  for (const [name, value] of entries) {
    const problem = value === '' ? `label ${name} has no value: remove it instead` : labelProblem(name, value);
    if (problem !== undefined) throw new MusterError('invalid_argument', problem);
  }
  const both = remove.find((name) => Object.hasOwn(set, name));
  if (both !== undefined) throw new MusterError('invalid_argument', `label ${both} is set and removed at once: choose one`);
}

/**
 * The entry with an operator's change. A label that is removed comes back as the machine itself has it. Throws `limit_exceeded`, and
 * `failed_precondition` where somebody changed one of these labels since it was seen.
 */
export function changeLabels(entry: RegistryEntry, { set, remove, seen }: LabelChange): RegistryEntry {
  if (seen !== undefined) assertAsSeen(entry.info, [...Object.keys(set), ...remove], seen);
  const without = (labels: Labels | undefined, names: readonly string[]): Record<string, string> =>
    Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => !names.includes(name)));
  const reported = entry.reportedLabels ?? without(entry.info.labels, Object.keys(standingLabels(entry)));
  const assignedLabels = without(entry.assignedLabels, remove);
  const operatorLabels = { ...without(entry.operatorLabels, remove), ...set };
  const labels = { ...reported, ...assignedLabels, ...operatorLabels };
  if (Object.keys(labels).length > MAX_LABELS) {
    throw new MusterError('limit_exceeded', `${entry.info.name} would have ${Object.keys(labels).length} labels: at most ${MAX_LABELS}`);
  }
  return { ...entry, info: { ...entry.info, labels }, reportedLabels: reported, assignedLabels, operatorLabels };
}

function assertAsSeen({ name, labels }: RegistryEntry['info'], changed: readonly string[], seen: Labels): void {
  const valueIn = (of: Labels, label: string): string | undefined => (Object.hasOwn(of, label) ? of[label] : undefined);
  for (const label of changed) {
    const [was, is] = [valueIn(seen, label), valueIn(labels, label)];
    if (was === is) continue;
    const words = (value: string | undefined): string => (value === undefined ? 'not set' : JSON.stringify(value));
    throw new MusterError(
      'failed_precondition',
      `label ${label} of ${name} is ${words(is)} now and was ${words(was)}: somebody else changed it, so nothing was changed; look at it and decide again`,
    );
  }
}
