// Feeds the directory: registry and presence by KV watch, heartbeats from core NATS, the time before this start from the ledger.
import type { NatsConnection, Subscription } from 'nats';
import { messageOf } from '../../../core/common/muster-error.ts';
import { nodeOfToken } from '../../../core/common/node-name.ts';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import { NODES_BUCKET, PRESENCE_BUCKET, type PresenceEntry, SUMMARY_SUBJECTS, summarySubject } from '../../../core/common/streams.ts';
import type { Component } from '../../../core/node/lifecycle.ts';
import { HEARTBEAT_FIELDS, type Heartbeat } from '../../../proto/gen/messages.ts';
import { decodeMessage } from '../../../proto/message-codec.ts';
import type { UsedNumbers } from '../../nodes/used-numbers.ts';
import { WatchedBucket } from '../../watched-bucket.ts';
import type { ReadDatabase } from '../query/read-database.ts';
import type { Directory } from './directory.ts';

/** What is worth knowing of the directory; the process's events.ts logs and counts it. */
export interface DirectoryEvents {
  /** Something on NATS that ought to be of ours could not be read: a key of a bucket or a message of a subject. */
  fleetInputUnreadable(input: { source: string; key: string }): void;
  /** The database did not say when nodes were last stored; it is asked again. */
  historyUnavailable(failure: { message: string }): void;
}

export interface DirectoryFeedOptions {
  connection: NatsConnection;
  directory: Directory;
  database: ReadDatabase;
  /** Told which numbers were used. */
  numbers: UsedNumbers;
  /** Called once the database has said when nodes were stored last. */
  onHistory?(): void;
  events: DirectoryEvents;
}

const TICK_MS = 1000;
const HISTORY_RETRY_MS = 10_000;
const SUBJECT_PREFIX = summarySubject('').length;
/** The newest row of each node in the ledger. */
const LAST_STORED = 'select node_id, received, epoch, seq from deliveries latest on timestamp partition by node_id';
/** The newest number of each epoch that the ledger still holds. Reads all of it: once a start, after the quick one. */
const HIGHEST_NUMBERS = 'select node_id, epoch, max(seq) from deliveries';

export function createDirectoryFeed(options: DirectoryFeedOptions): Component {
  const { connection, directory, database, numbers, events } = options;
  const entries = new WatchedBucket<RegistryEntry>({
    connection,
    bucket: NODES_BUCKET,
    parse: (text) => parseObject<RegistryEntry>(text, 'nodeId'),
    onUnreadable: (key) => events.fleetInputUnreadable({ source: NODES_BUCKET, key }),
    // An entry that cannot be read, or went with its bucket, says nothing of the node: it stays as it was known, and the registry writes it back.
    onChange: (nodeId, entry, change) => {
      if (change === 'put' || change === 'deleted') directory.applyEntry(nodeId, entry);
    },
  });
  const presence = new WatchedBucket<PresenceEntry>({
    connection,
    bucket: PRESENCE_BUCKET,
    parse: (text) => parseObject<PresenceEntry>(text, 'session'),
    onUnreadable: (key) => events.fleetInputUnreadable({ source: PRESENCE_BUCKET, key }),
    onChange: (nodeId, entry, change) => {
      if (change === 'unreadable') return;
      directory.applyPresence(nodeId, entry);
      numbers.note(nodeId, entry?.epoch ?? '', entry?.acknowledgedSeq ?? 0);
    },
  });
  let summaries: Subscription | undefined;
  let ticker: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;

  const readHistory = async (): Promise<void> => {
    try {
      for (const [nodeId, received, epoch, seq] of await database.rows(LAST_STORED)) {
        if (nodeId && received) directory.applyStored(nodeId, Date.parse(`${received.replace(' ', 'T')}Z`));
        numbers.note(nodeId ?? '', epoch ?? '', Number(seq));
      }
      numbers.learned();
      options.onHistory?.();
      for (const [nodeId, epoch, seq] of await database.rows(HIGHEST_NUMBERS)) numbers.note(nodeId ?? '', epoch ?? '', Number(seq));
      numbers.learned();
    } catch (error) {
      // A fleet that has stored nothing yet has no such table; the database may also start later than this gateway.
      events.historyUnavailable({ message: messageOf(error) });
      retry = setTimeout(() => void readHistory(), HISTORY_RETRY_MS);
    }
  };

  return {
    name: 'directory',
    async start() {
      await entries.start();
      await presence.start();
      summaries = connection.subscribe(SUMMARY_SUBJECTS, {
        callback: (error, message) => {
          if (error !== null) return;
          const nodeId = nodeOfToken(message.subject.slice(SUBJECT_PREFIX));
          const heartbeat = toHeartbeat(message.data);
          if (heartbeat === undefined) events.fleetInputUnreadable({ source: 'summary', key: nodeId });
          else {
            directory.applyHeartbeat(nodeId, heartbeat);
            const { spool } = heartbeat;
            if (spool) numbers.note(nodeId, Buffer.from(spool.epoch).toString('hex'), spool.oldestSeq - 1);
          }
        },
      });
      ticker = setInterval(() => directory.tick(), TICK_MS);
      void readHistory();
    },
    async stop() {
      clearInterval(ticker);
      clearTimeout(retry);
      summaries?.unsubscribe();
      summaries = undefined;
      await presence.stop();
      await entries.stop();
      directory.clear();
    },
  };
}

function toHeartbeat(data: Uint8Array): Heartbeat | undefined {
  try {
    // The decoded spool keeps its epoch, so the bytes must not be a view of the connection's buffer.
    return decodeMessage<Heartbeat>(HEARTBEAT_FIELDS, Buffer.from(data));
  } catch {
    return undefined;
  }
}

function parseObject<T extends object>(text: string, key: keyof T & string): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && typeof (value as T)[key] === 'string' ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
