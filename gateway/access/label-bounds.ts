// What labels bind. A push, an upload and an import look at them; a table, a query and a live view do not, and could not: rows of SQL have no token.
// So a token with labels writes, and one that is to read or to change something has none.
import { MusterError } from '../../core/common/muster-error.ts';
import type { Scope } from '../../proto/gen/services.ts';

type Labels = Readonly<Record<string, string>>;

/** Throws `invalid_argument` for a new token whose labels would not hold it back. */
export function assertLabelsBind(scopes: readonly Scope[], labels: Labels): void {
  const unbound = scopes.find((scope) => scope !== 'push');
  if (unbound === undefined || Object.keys(labels).length === 0) return;
  const words = `labels bind the scope push alone, and a token with ${unbound} would reach the whole fleet: make one token with push and the labels, and another without labels`;
  throw new MusterError('invalid_argument', words);
}

/** Throws `permission_denied` where a token that was made before would pass its labels. */
export function assertWithinLabels(name: string, scope: Scope, labels: Labels): void {
  if (scope === 'push' || Object.keys(labels).length === 0) return;
  const bound = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
    .slice(0, 200);
  const words = `token ${name} is bound to nodes with ${bound}, which holds for the scope push alone: make a token without labels for ${scope}`;
  throw new MusterError('permission_denied', words);
}
