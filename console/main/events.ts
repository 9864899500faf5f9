// Everything the desktop console has to say: JSON lines on stderr. Written by hand, as the log library wants a newer Node than Electron 22 has.

export type MainEvents = ReturnType<typeof createMainEvents>;

export function createMainEvents(write: (line: string) => void) {
  const log = (level: string, msg: string, fields: object = {}): void =>
    write(`${JSON.stringify({ level, time: new Date().toISOString(), part: 'console', ...fields, msg })}\n`);
  return {
    windowOpened: () => log('info', 'window opened'),
    messageRefused: (reason: string) => log('warn', 'message of a page refused', { reason }),
    navigationRefused: (url: string) => log('warn', 'navigation refused', { url: url.slice(0, 200) }),
    faultFound: (error: unknown) => log('error', 'a fault of the console', { error: String(error) }),
    backendEnded: (context: string, code: number) => log('error', 'backend ended unexpectedly', { context, code }),
    pageCrashed: (reason: string) => log('error', 'page ended unexpectedly', { reason }),
    linkRefused: (link: string) => log('warn', 'link refused: it is no address of the console', { link: link.slice(0, 200) }),
    contextNotOpened: (reason: string) => log('warn', 'context not opened', { reason }),
    trayNotShown: (reason: string) => log('warn', 'tray not shown', { reason }),
    windowStateNotKept: (reason: string) => log('warn', 'window state could not be kept', { reason }),
  };
}
