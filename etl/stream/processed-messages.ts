// Cuts the rows of a stored cycle into messages for other consumers: one batch and measurement each, in JSON. Pure.
import { textAt } from '../../core/common/frame.ts';
import { processedSubject } from '../../core/common/streams.ts';
import { type DecodedFrame, decodeSeries } from '../../proto/batch-codec.ts';
import { isoTime } from '../../proto/query-rows.ts';
import type { BatchAccount } from '../telemetry/batch-account.ts';

/** One message, or rows of one that is too large for any. */
export interface ProcessedMessage {
  subject: string;
  /** The same for the same rows, however often their batch is worked on. */
  id: string;
  rows: number;
  /** Undefined for a row that is larger than a message may be. */
  bytes: Buffer | undefined;
}

/** What a message without rows takes beside the names in it, and what a consumer may have to keep at once. */
const ENVELOPE_BYTES = 1024;
export const MESSAGE_BYTES = 256 * 1024;

/** The messages of a cycle, made as they are asked for. `maxBytes` is what nats-server takes of one, its headers included. */
export function* processedMessages(accounts: readonly BatchAccount[], maxBytes: number): Generator<ProcessedMessage> {
  for (const account of accounts) {
    // A batch with a problem was set aside as a whole.
    if (account.batch === undefined || account.problem !== '') continue;
    for (const [index, frame] of account.batch.frames.entries())
      yield* frameMessages(account, frame, index, Math.min(maxBytes, MESSAGE_BYTES));
  }
}

function* frameMessages(
  { delivery, leftOut }: BatchAccount,
  frame: DecodedFrame,
  index: number,
  maxBytes: number,
): Generator<ProcessedMessage> {
  const out = leftOut?.get(frame);
  const count = frame.timeUs.length;
  if (out !== undefined && out.size >= count) return;
  const { nodeId, seq } = delivery;
  const epoch = Buffer.from(delivery.epoch).toString('hex');
  const subject = processedSubject(nodeId, frame.measurement);
  const head = `{"node_id":${JSON.stringify(nodeId)},"measurement":${JSON.stringify(frame.measurement)},"epoch":"${epoch}","seq":${seq},"rows":[`;
  const room = maxBytes - ENVELOPE_BYTES - Buffer.byteLength(head);
  const series: (string | undefined)[] = [];
  const heads = { fields: frame.fields.map(keyText), texts: frame.textFields.map(keyText) };
  let rows: string[] = [];
  let bytes = 0;
  let from = 0;
  // By the first row that may stand in it: where messages are cut depends on the rows and on the server's limit alone.
  const message = (of: string[], row: number): ProcessedMessage => ({
    ...{ subject, id: `${nodeId}/${epoch}/${seq}/${index}/${row}`, rows: of.length, bytes: Buffer.from(`${head}${of.join(',')}]}`) },
  });
  for (let row = 0; row < count; row++) {
    if (out?.has(row)) continue;
    const at = frame.seriesIndex[row]!;
    series[at] ??= tagsText(frame, at);
    const text = rowText(frame, row, series[at]!, heads);
    const size = Buffer.byteLength(text) + 1;
    if (size > room) {
      yield { subject, id: `${nodeId}/${epoch}/${seq}/${index}/${row}`, rows: 1, bytes: undefined };
      continue;
    }
    if (bytes + size > room) {
      yield message(rows, from);
      rows = [];
      bytes = 0;
    }
    if (rows.length === 0) from = row;
    rows.push(text);
    bytes += size;
  }
  if (rows.length > 0) yield message(rows, from);
}

/** `,"core":"0"`: as it stands behind the time of each row of a series. */
function tagsText({ tags, seriesBytes }: DecodedFrame, series: number): string {
  const values = decodeSeries(seriesBytes[series] as Buffer, tags.length);
  // The database has no empty symbol: it is absent there.
  return tags.map((tag, i) => (values[i] === '' ? '' : `,${JSON.stringify(tag)}:${JSON.stringify(values[i])}`)).join('');
}

/** As it stands before a value. */
function keyText(name: string): string {
  return `,${JSON.stringify(name)}:`;
}

function rowText(frame: DecodedFrame, row: number, tags: string, heads: { fields: string[]; texts: string[] }): string {
  const count = frame.timeUs.length;
  let text = `{"timestamp":"${isoTime(frame.timeUs[row] as number)}"${tags}`;
  for (const [i, head] of heads.fields.entries()) {
    const value = frame.values[i * count + row]!;
    // Plus zero makes 0 of -0, as the database does.
    if (!Number.isNaN(value)) text += head + (value + 0);
  }
  for (const [i, head] of heads.texts.entries()) {
    const value = textAt(frame, row, i);
    if (value !== undefined) text += head + JSON.stringify(value);
  }
  return `${text}}`;
}
