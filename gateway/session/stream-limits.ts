// What one stream of an agent may cost.

/** Batches that may be unacknowledged; beyond it the stream is not read. */
export const WINDOW = 32;
/** From the opening of the stream to its hello. */
export const HELLO_WITHIN_MS = 5000;
/** Agents send something at least every 15 s (`beatEveryMs`). */
export const SILENT_MS = 60_000;
/** An agent that reads nothing for so long is cut off. */
export const NOT_READING_MS = 10_000;
/** How long a stream stays open with a batch that could not be taken for the size of messages that nats-server takes now. */
export const HELD_MS = 30_000;
