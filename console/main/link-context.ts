// Which context a link from outside is opened in. A link says the fleet it was copied from: the same name may mean another fleet here.
import type { Context } from '../../core/node/contexts.ts';
import type { DeepLink } from './deep-link.ts';

export interface LinkChoice {
  context: Context;
  /** What a person must agree to before; empty for nothing. */
  question: string;
}

/** Undefined where the link names a context that is not there, and no fleet. */
export function contextForLink(
  { context: name, fleet }: Pick<DeepLink, 'context' | 'fleet'>,
  current: Context,
  all: readonly Context[],
  fingerprintOf: (context: Context) => string,
): LinkChoice | undefined {
  const named = name === '' ? undefined : all.find((context) => context.name === name);
  if (fleet === '') {
    const context = name === '' ? current : named;
    return context === undefined ? undefined : { context, question: '' };
  }
  const isIt = (context: Context): boolean => fingerprintOf(context) === fleet;
  if (named !== undefined && isIt(named)) return { context: named, question: '' };
  const same = isIt(current) ? current : all.find(isIt);
  if (same !== undefined) {
    const question =
      named === undefined ? '' : `The link belongs to a different fleet than your context ${name}. Open it in ${same.name}, which matches?`;
    return { context: same, question };
  }
  const context = named ?? current;
  const of = name === '' ? 'a fleet' : `the context ${name} of a fleet`;
  return {
    context,
    question: `The link is of ${of} that none of your contexts leads to. What it names may not be there. Open it in ${context.name} all the same?`,
  };
}
