// The console as a desktop program: one instance, wired. A second start hands its link to the first.
import { join } from 'node:path';
import { app, dialog, Menu } from 'electron';
import { toMusterError } from '../../core/common/muster-error.ts';
import { type Context, contextsFile } from '../../core/node/contexts.ts';
import { fault, tellFaults } from '../../core/node/faults.ts';
import { loadMainConfig, type MainConfig } from './config.ts';
import { LINK_SCHEME, linkAmong } from './deep-link.ts';
import { Desktop } from './desktop.ts';
import { mayEndExports } from './end-exports.ts';
import { createMainEvents } from './events.ts';
import { firstContext } from './first-context.ts';
import { fromHandOver, toHandOver } from './handed-context.ts';
import { menuTemplate } from './menu.ts';
import { registerPageScheme, servePages } from './page-protocol.ts';
import { checkForUpdates } from './update-check.ts';

const file = contextsFile(process.env);

function read(): { config: MainConfig; first: Context } | undefined {
  try {
    const config = loadMainConfig(process.argv.slice(1), process.env);
    return { config, first: firstContext(config, file) };
  } catch (error) {
    const { message } = toMusterError(error);
    process.stderr.write(`${message}\n`);
    // Who started it from a menu sees no stderr.
    if (app.isPackaged) dialog.showErrorBox('Muster cannot start', message);
    return undefined;
  }
}

function run({ updateFeed }: MainConfig, first: Context): void {
  const events = createMainEvents((line) => process.stderr.write(line));
  tellFaults((error) => events.faultFound(error));
  registerPageScheme();
  // A program that is only run, not installed, takes no scheme from another.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  let desktop: Desktop | undefined;
  let link = linkAmong(process.argv);
  const follow = (wanted: string): void => {
    if (desktop === undefined) link = wanted;
    else desktop.follow(wanted);
  };
  app.on('second-instance', (_, argv, __, handed) => {
    const wanted = linkAmong(argv);
    const context = fromHandOver(handed);
    if (context !== undefined) desktop?.show(context);
    if (wanted !== undefined) follow(wanted);
    else if (context === undefined) desktop?.focus();
  });
  // macOS hands links over so.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    follow(url);
  });
  let asked = false;
  app.on('before-quit', (event) => {
    const exports = asked ? 0 : (desktop?.runningExports ?? 0);
    if (exports === 0) {
      desktop?.quit();
      return;
    }
    event.preventDefault();
    mayEndExports(exports)
      .then((may) => {
        asked = may;
        if (may) app.quit();
      })
      .catch(fault);
  });
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    // What is half written goes before the program does.
    event.preventDefault();
    Promise.resolve(desktop?.stop())
      .catch(fault)
      .finally(() => app.exit(0));
  });
  const begin = (): void => {
    servePages(join(__dirname, 'renderer'));
    const [preloadFile, backendFile] = ['preload.cjs', 'backend.cjs'].map((name) => join(__dirname, name)) as [string, string];
    const opened = new Desktop({ first, contextsFile: file, preloadFile, backendFile, events });
    desktop = opened;
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuTemplate(
          {
            newWindow: () => opened.newWindow(),
            goTo: (fragment) => opened.goTo(fragment),
            history: (by) => opened.history(by),
            zoom: (by) => opened.zoom(by),
            checkForUpdates: updateFeed === '' ? undefined : () => checkForUpdates(updateFeed).catch(fault),
          },
          process.platform,
        ),
      ),
    );
    opened.start(link);
    process.stdout.write(`${JSON.stringify({ ready: true, part: 'console', port: 0 })}\n`);
  };
  app
    .whenReady()
    .then(begin)
    .catch((error: unknown) => {
      process.stderr.write(`${toMusterError(error).message}\n`);
      app.exit(1);
    });
}

const found = read();
if (found === undefined) app.exit(2);
else if (app.requestSingleInstanceLock(toHandOver(found.first, found.config))) run(found.config, found.first);
else app.quit();
