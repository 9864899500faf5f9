// The events of a batch as rows of the table `events`.
import type { FleetEvent } from '../../core/common/frame.ts';
import { isPartNode } from '../../core/common/measurement-names.ts';
import { type TimeWindow, timeRefusal } from '../../core/common/row-time.ts';
import { isStateKind, NODE_ATTRIBUTE } from '../../core/common/state-events.ts';
import type { DecodedBatch, DeliveryContent } from '../../proto/batch-codec.ts';
import { type DeadLetter, type DeadLetterReason, eventLetter } from './dead-letter.ts';

export interface EventRow {
  delivery: DeliveryContent;
  /** As it is stored: what the columns say is in no attribute. */
  event: FleetEvent;
  /** As it came: a letter of it has all that a replay needs. */
  sent: FleetEvent;
  /** Whom it is about: the sender, but where a part of Muster speaks of a node. */
  nodeId: string;
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
    const refusal = eventRefusal(event, window) ?? (isPartNode(delivery.nodeId) ? unknownKind(event) : reservedKind(event));
    if (refusal === undefined) rows.push(toRow(delivery, event));
    else letters.push(eventLetter(delivery, event, refusal.reason, refusal.detail));
  }
  return { rows, letters };
}

function eventRefusal(event: FleetEvent, window: TimeWindow): { reason: DeadLetterReason; detail: string } | undefined {
  if (!(event.timeUs >= window.oldestUs && event.timeUs <= window.newestUs)) return timeRefusal(event.timeUs, window);
  if (!KIND.test(event.kind)) return { reason: 'bad_name', detail: `${JSON.stringify(event.kind.slice(0, 80))} is no kind of event` };
  return undefined;
}

function toRow(delivery: DeliveryContent, event: FleetEvent): EventRow {
  const { [NODE_ATTRIBUTE]: about, ...attributes } = event.attributes;
  if (!about || !isPartNode(delivery.nodeId)) return { delivery, event, sent: event, nodeId: delivery.nodeId };
  return { delivery, event: { ...event, attributes }, sent: event, nodeId: about };
}

/** Nobody else may say what a gateway saw. */
function reservedKind({ kind }: FleetEvent): { reason: DeadLetterReason; detail: string } | undefined {
  if (!isStateKind(kind)) return undefined;
  return { reason: 'bad_name', detail: `${kind} is a kind of event that only gateways record: choose another` };
}

/** Of whom a newer gateway speaks, and what it means, is for a newer ETL to say. */
function unknownKind({ kind }: FleetEvent): { reason: DeadLetterReason; detail: string } | undefined {
  if (isStateKind(kind)) return undefined;
  return { reason: 'unknown_kind', detail: `${kind} is a kind of event that this ETL does not know: update it, then replay this letter` };
}
