// The console as a desktop program: wires the backend, the pages and the window. One instance; a second start shows the first.
import { join } from 'node:path';
import { app, type BrowserWindow } from 'electron';
import { toMusterError } from '../../core/common/muster-error.ts';
import { VERSION } from '../../core/common/version.ts';
import { ConsoleBackend } from '../host/console-backend.ts';
import { browserSurface, ContextDesk, contextOfGateway } from '../host/context-desk.ts';
import { loadMainConfig, type MainConfig } from './config.ts';
import { openConsoleWindow } from './console-window.ts';
import { createMainEvents } from './events.ts';
import { registerPageScheme, servePages } from './page-protocol.ts';

function readConfig(): MainConfig | undefined {
  try {
    return loadMainConfig(process.argv.slice(1), process.env);
  } catch (error) {
    process.stderr.write(`${toMusterError(error).message}\n`);
    return undefined;
  }
}

function run(config: MainConfig): void {
  const events = createMainEvents((line) => process.stderr.write(line));
  const backend = new ConsoleBackend(config, new ContextDesk(contextOfGateway(config.gateway), browserSurface({ Muster: VERSION })));
  let window: BrowserWindow | undefined;
  registerPageScheme();
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', () => void backend.stop());
  void app.whenReady().then(async () => {
    servePages(join(__dirname, 'renderer'));
    await backend.start();
    window = openConsoleWindow({ api: backend, events, preloadFile: join(__dirname, 'preload.cjs') });
    process.stdout.write(`${JSON.stringify({ ready: true, part: 'console', port: 0 })}\n`);
  });
}

const config = readConfig();
if (config === undefined) app.exit(2);
else if (app.requestSingleInstanceLock()) run(config);
else app.quit();
