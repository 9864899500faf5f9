// The console's page: wires the port, the state and the window.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ConsoleClient } from '../common/console-client.ts';
import { connectHost } from './port/connect.ts';
import { followSettings } from './settings/appearance.ts';
import { Window } from './shell/window.tsx';
import { ConsoleContext, createConsoleState } from './state/console-state.ts';
import { followOtherWindows } from './state/preferences.ts';

followSettings();
followOtherWindows();
const client = new ConsoleClient(connectHost());
const state = createConsoleState(client);
document.addEventListener('visibilitychange', () => client.setHidden(document.hidden));

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <ConsoleContext value={state}>
      <Window />
    </ConsoleContext>
  </StrictMode>,
);
