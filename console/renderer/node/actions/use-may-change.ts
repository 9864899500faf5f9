// Whether this window may change anything, in words: a read-only context says so before somebody tries.
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';

/** Why not; empty where it may. What the token lacks, the gateway tells at the call. */
export function useMayChange(): string {
  const { desk, connection, clock } = useConsole();
  const state = useStore(desk);
  const connected = useStore(connection).kind === 'connected';
  useStore(clock);
  if (!connected) return 'Not connected to the gateway: changes are not possible now.';
  if (state === null || !state.context.readOnly || state.unlockedUntilMs > Date.now()) return '';
  return `The context ${state.context.name} is read-only. Unlock it at the top of the rail.`;
}
