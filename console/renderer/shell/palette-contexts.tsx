// The other contexts, as the palette offers them: each opens a window of its own.
import { Server } from 'lucide-react';
import type { ConsoleState } from '../state/console-state.ts';
import type { PaletteEntry } from './palette-entry.ts';

export function contextEntries({ api, desk, notice }: ConsoleState): PaletteEntry[] {
  const now = desk.get();
  return (now?.contexts ?? [])
    .filter(({ name }) => name !== now?.context.name)
    .map(({ name, gateway, readOnly, tags }) => ({
      id: `context ${name}`,
      group: 'Contexts',
      name: `Open context ${name}`,
      detail: [gateway, ...tags, readOnly && 'read-only'].filter(Boolean).join(', '),
      mark: <Server size={14} strokeWidth={1.6} className="t3" aria-hidden="true" />,
      run: () => void api.request('openContext', { name }).catch((error: Error) => notice.set(error.message)),
    }));
}
