// The one place that knows the NATS client library's connection.
import { connect, type NatsConnection } from 'nats';
import { MusterError, messageOf } from '../common/muster-error.ts';
import { readPasswordFile } from './start-file.ts';

export interface NatsOptions {
  /** `nats://127.0.0.1:4222` */
  url: string;
  user: string;
  /** File with the password. */
  passwordFile: string;
  /** Name shown in the server's connection list. */
  name: string;
}

/** Below which answers come to this user: nobody else may listen there. */
export function inboxPrefix(user: string): string {
  return `_INBOX.${user}`;
}

/**
 * A connection that comes back by itself for ever; the first connect is retried too. Throws `unavailable` after `timeoutMs`, and `invalid_config`
 * at once for a password file that says nothing.
 */
export async function connectNats(options: NatsOptions, timeoutMs = 30_000): Promise<NatsConnection> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const pass = readPasswordFile(options.passwordFile, `password of ${options.user} at nats-server`);
    try {
      return await connect({
        servers: options.url,
        user: options.user,
        pass,
        name: options.name,
        inboxPrefix: inboxPrefix(options.user),
        maxReconnectAttempts: -1,
        // Otherwise the second refusal of the login (a server that came back before its users did) closes the connection for good.
        ignoreAuthErrorAbort: true,
        reconnectTimeWait: 250,
        reconnectJitter: 250,
        timeout: 3000,
        pingInterval: 10_000,
        maxPingOut: 2,
        // Else each publish and request makes an error beforehand, for the stack that it would have.
        noAsyncTraces: true,
      });
    } catch (error) {
      const message = messageOf(error);
      if (Date.now() >= deadline)
        throw new MusterError('unavailable', `nats-server at ${options.url} cannot be reached: ${message}`, error);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

/** The `max_payload` of nats-server now, by a connection that is closed again. Throws `unavailable` where it does not answer at once. */
export async function askMaxPayload(options: NatsOptions): Promise<number> {
  const connection = await connectNats(options, 0);
  const maxPayload = connection.info?.max_payload ?? 0;
  await connection.close();
  return maxPayload;
}
