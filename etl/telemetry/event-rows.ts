// The events of a batch as rows of the table `events`.
import type { FleetEvent } from '../../core/common/frame.ts';
import { type TimeWindow, timeRefusal } from '../../core/common/row-time.ts';
import type { DecodedBatch, DeliveryContent } from '../../proto/batch-codec.ts';
import { type DeadLetter, type DeadLetterReason, eventLetter } from './dead-letter.ts';

export interface EventRow {
  delivery: DeliveryContent;
  event: FleetEvent;
}

/** A kind is a symbol and a bounded word. */
const KIND = /^[a-z][a-z0-9_]{0,63}$/;

export function toEventRows(
  delivery: DeliveryContent,
  batch: DecodedBatch,
  window: TimeWindow,
): { rows: EventRow[]; letters: DeadLetter[] } {
  const rows: EventRow[] = [];
  const letters: DeadLetter[] = [];
  for (const event of batch.events) {
    const refusal = eventRefusal(event, window);
    if (refusal === undefined) rows.push({ delivery, event });
    else letters.push(eventLetter(delivery, event, refusal.reason, refusal.detail));
  }
  return { rows, letters };
}

function eventRefusal(event: FleetEvent, window: TimeWindow): { reason: DeadLetterReason; detail: string } | undefined {
  if (!(event.timeUs >= window.oldestUs && event.timeUs <= window.newestUs)) return timeRefusal(event.timeUs, window);
  if (!KIND.test(event.kind)) return { reason: 'bad_name', detail: `${JSON.stringify(event.kind.slice(0, 80))} is no kind of event` };
  return undefined;
}
