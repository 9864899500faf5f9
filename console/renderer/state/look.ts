// How the window looks beside its theme: contrast and time zone. What is drawn outside React, or kept as text, follows it.
import { useConsole } from './console-state.ts';
import { Store, useStore } from './store.ts';

/** Another number whenever contrast or formats are others. */
export const appearance = new Store(0);

/** Another text whenever colours or formats are others. Whoever reads it is rendered again; nothing is to be mounted anew for it. */
export function useLook(): string {
  return `${useStore(useConsole().theme.theme)} ${useStore(appearance)}`;
}
