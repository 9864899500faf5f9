// Everything the web server of the console has to say: a named function for each, logged once.
import type { Log } from '../../core/node/log.ts';

export type WebEvents = ReturnType<typeof createWebEvents>;

export function createWebEvents(log: Log) {
  return {
    listening: (port: number) => log.info({ port }, 'console listens on 127.0.0.1'),
    tokenRedeemed: () => log.info('one-time token exchanged for a session'),
    requestRefused: (reason: string, path: string) => log.warn({ reason, path: path.slice(0, 100) }, 'request refused'),
    requestFailed: (what: { method: string; target: string; error: string }) => log.error(what, 'request failed by a fault of the console'),
    faultFound: (error: unknown) =>
      log.error({ error: String(error), stack: error instanceof Error ? error.stack : undefined }, 'a fault of the console'),
    pageOpened: (pages: number) => log.info({ pages }, 'page connected'),
    pageClosed: (pages: number) => log.info({ pages }, 'page gone'),
    pageMisbehaved: (reason: string) => log.warn({ reason }, 'page disconnected for a message that is not acceptable'),
    pageTooSlow: (bufferedBytes: number) => log.warn({ bufferedBytes }, 'page disconnected: it does not read what it asked for'),
    browserNotOpened: (reason: string) => log.warn({ reason }, 'the browser was not opened'),
    addressFileFailed: (path: string, reason: string) => log.error({ path, reason }, 'address file could not be written'),
  };
}
