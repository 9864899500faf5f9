// What the fleet of this window is called: its context's name; where nobody named it, what its address says.
import type { ContextView } from '../../../core/common/context-view.ts';

/** Empty while nothing is known. */
export function contextName(context: Pick<ContextView, 'name' | 'gateway'> | undefined): string {
  if (context === undefined) return '';
  if (context.name !== context.gateway) return context.name;
  const host = context.gateway.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host) ? 'Local fleet' : host;
}
