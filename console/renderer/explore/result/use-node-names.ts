// Names of nodes by their ids, for lists and lines of ids. The function stays the same; it reads what is known when it is called.
import { useCallback } from 'react';
import { useConsole } from '../../state/console-state.ts';

export function useNodeNames(): (nodeId: string) => string | undefined {
  const { fleet } = useConsole();
  return useCallback((nodeId) => fleet.snapshot.get().nodes.get(nodeId)?.name, [fleet]);
}
