// Sends dead letters on the durable path again. A letter is removed only after the stream has acknowledged the message that replays it.
import { createHash } from 'node:crypto';
import { headers, type NatsConnection } from 'nats';
import { MusterError, toMusterError } from '../../../core/common/muster-error.ts';
import { type DeadLetterLife, encodeHistories, REPLAY_HEADER, replayEpoch, withLife } from '../../../core/common/replay.ts';
import type { TimeWindow } from '../../../core/common/row-time.ts';
import { telemetrySubject } from '../../../core/common/streams.ts';
import { type DeliveryContent, encodeBatch, encodeEnvelope } from '../../../proto/batch-codec.ts';
import type { ReplayDeadLettersRequest, ReplayDeadLettersResponse } from '../../../proto/gen/messages.ts';
import type { StoreWindow } from '../ledger/store-window.ts';
import { withoutDropped } from './dead-letter-bytes.ts';
import { letterChoice, MAX_LETTERS } from './dead-letter-choice.ts';
import { eventOfLetter, frameOfEdit, frameOfLetter, type RowEdit } from './dead-letter-row.ts';
import type { DeadLetterStore, StoredLetter } from './dead-letter-store.ts';

export interface DeadLetterReplayOptions {
  connection: NatsConnection;
  store: DeadLetterStore;
  storeWindow: Pick<StoreWindow, 'window'>;
  /** Unix ms. */
  now: () => number;
}

export interface Replayed {
  response: ReplayDeadLettersResponse;
  /** The letters that are on their way again. */
  letters: StoredLetter[];
}

const MAX_PROBLEMS = 100;
/** Of the batches in one message; the histories of their letters come on top. */
const MESSAGE_BYTES = 256 * 1024;
const MESSAGE_LETTERS = 200;
const PUBLISH_WITHIN_MS = 5000;
/** Written as the gateway of the delivery: who sent it is in the audit. */
const SENDER = 'replay';

/** What one letter becomes: a batch of its own, or a whole message as it was. */
type Parcel = { letter: StoredLetter; digest: Buffer } & ({ delivery: DeliveryContent } | { message: Buffer });

export class DeadLetterReplay {
  readonly #options: DeadLetterReplayOptions;

  constructor(options: DeadLetterReplayOptions) {
    this.#options = options;
  }

  /** Throws `invalid_argument` for an edit that cannot be taken, and `unavailable` where the stream took nothing at all. */
  async replay(request: ReplayDeadLettersRequest): Promise<Replayed> {
    const choice = letterChoice(request);
    const edit = { row: request.editedRow, measurement: request.measurement };
    const ids = 'ids' in choice ? choice.ids : [];
    if (isEdited(edit) && ids.length !== 1) throw new MusterError('invalid_argument', 'an edited row is for one letter: give its id alone');
    const { store, now } = this.#options;
    const letters = 'ids' in choice ? await store.find(ids) : await store.ofReason(choice.reason, choice.upToId, MAX_LETTERS);
    // An edited row is taken as far back as the store keeps rows.
    const window = await this.#options.storeWindow.window();
    const problems = missing(ids, letters);
    const parcels: Parcel[] = [];
    for (const letter of letters) {
      try {
        parcels.push(toParcel(letter, edit, window, now()));
      } catch (thrown) {
        const error = toMusterError(thrown);
        if (isEdited(edit)) throw error;
        problems.push(`letter ${letter.id}: ${error.message}`);
      }
    }
    const replayed = await this.#send(parcels, problems);
    return { response: { replayed: replayed.length, problems: bounded(problems) }, letters: replayed };
  }

  async #send(parcels: readonly Parcel[], problems: string[]): Promise<StoredLetter[]> {
    const replayed: StoredLetter[] = [];
    for (const group of grouped(parcels)) {
      try {
        await this.#publish(group);
      } catch (thrown) {
        const words = `the stream does not take it: ${toMusterError(thrown).message}`;
        if (replayed.length === 0) throw new MusterError('unavailable', `no letter was replayed, ${words}`, thrown);
        problems.push(`${parcels.length - replayed.length} letters are where they were: ${words}`);
        return replayed;
      }
      const letters = group.map(({ letter }) => letter);
      await this.#options.store.remove(letters.map(({ id }) => id));
      replayed.push(...letters);
    }
    return replayed;
  }

  /** The id tells a repeated call by what it sends, so that a letter whose removal failed is not sent twice within the dedupe window. */
  async #publish(group: readonly Parcel[]): Promise<void> {
    const histories = Object.fromEntries(group.map(({ letter }) => [letter.id, withLife(letter.history, lifeOf(letter))]));
    const header = headers();
    header.set(REPLAY_HEADER, encodeHistories(histories));
    const msgID = `replay-${digestOf(group.map(({ letter, digest }) => `${letter.id} ${digest.toString('hex')}`).join()).toString('hex')}`;
    const [first] = group;
    const payload =
      first !== undefined && 'message' in first
        ? first.message
        : encodeEnvelope(group.flatMap((parcel) => ('delivery' in parcel ? [parcel.delivery] : [])));
    const jetstream = this.#options.connection.jetstream({ timeout: PUBLISH_WITHIN_MS });
    await jetstream.publish(telemetrySubject(0), payload, { msgID, headers: header });
  }
}

function isEdited({ row, measurement }: RowEdit): boolean {
  return row !== '' || measurement !== '';
}

function missing(ids: readonly number[], letters: readonly StoredLetter[]): string[] {
  const found = new Set(letters.map(({ id }) => id));
  return ids.filter((id) => !found.has(id)).map((id) => `letter ${id}: it was replayed, discarded, or never there`);
}

function bounded(problems: readonly string[]): string[] {
  if (problems.length <= MAX_PROBLEMS) return [...problems];
  return [...problems.slice(0, MAX_PROBLEMS), `and ${problems.length - MAX_PROBLEMS} more`];
}

function toParcel(letter: StoredLetter, edit: RowEdit, window: TimeWindow, nowMs: number): Parcel {
  const createdUs = letter.timeMs * 1000;
  if (letter.raw !== undefined) {
    if (isEdited(edit))
      throw new MusterError('invalid_argument', `letter ${letter.id} is a whole batch or message: only a row can be edited`);
    if (letter.epoch === '') return { letter, digest: digestOf(letter.raw), message: letter.raw };
    return batchParcel(letter, withoutDropped(letter.raw), nowMs);
  }
  if (letter.row === undefined) throw new MusterError('failed_precondition', 'it holds neither a row nor bytes');
  // An event has no tags; a row of a measurement that took the name of our table has.
  const isEvent = letter.measurement === 'events' && letter.tags === undefined;
  if (isEvent && isEdited(edit)) throw new MusterError('invalid_argument', `letter ${letter.id} is an event: only a row can be edited`);
  const frames = isEvent ? [] : [isEdited(edit) ? frameOfEdit(letter, edit, window) : frameOfLetter(letter)];
  const events = isEvent ? [eventOfLetter(letter)] : [];
  const content = { seq: 1, createdUs, frames, events, dropped: [] };
  // The epoch is made of what the batch holds; the batch names none, as its delivery does.
  return batchParcel(letter, encodeBatch({ ...content, epoch: new Uint8Array(0) }), nowMs);
}

function batchParcel(letter: StoredLetter, batch: Buffer, nowMs: number): Parcel {
  const digest = digestOf(batch);
  const delivery = {
    ...{ nodeId: letter.nodeId, receivedUs: nowMs * 1000, gateway: SENDER, batch, seq: 1, skewUs: 0 },
    epoch: replayEpoch(letter.id, digest),
  };
  return { letter, digest, delivery };
}

/** Messages by themselves, batches together as far as a message may be large. */
function grouped(parcels: readonly Parcel[]): Parcel[][] {
  const groups: Parcel[][] = [];
  let bytes = 0;
  let open: Parcel[] | undefined;
  for (const parcel of parcels) {
    if ('message' in parcel) {
      groups.push([parcel]);
      continue;
    }
    const size = parcel.delivery.batch.length;
    if (open === undefined || bytes + size > MESSAGE_BYTES || open.length === MESSAGE_LETTERS) {
      open = [];
      bytes = 0;
      groups.push(open);
    }
    open.push(parcel);
    bytes += size;
  }
  return groups;
}

function lifeOf({ id, timeMs, reason, detail }: StoredLetter): DeadLetterLife {
  return { id, timeMs, reason, detail };
}

function digestOf(content: Buffer | string): Buffer {
  return createHash('sha256').update(content).digest();
}
