// Reads a file to its end before a row of it is stored, so that one that is cut off or damaged stores nothing.
import { BatchBuilder } from './batch-builder.ts';
import type { ImportMapping } from './import-mapping.ts';
import type { ImportSource } from './import-source.ts';

/** Throws what the import would throw on its way. */
export async function assertReadable(source: ImportSource, mapping: ImportMapping): Promise<void> {
  if (source.format !== 'parquet') {
    // Rows and their ends are all that can be wrong with a text.
    await source.newestUs(mapping);
    return;
  }
  const node = new BatchBuilder({ measurement: '', tags: [], fields: [], identity: '', onBatch: () => undefined }).node('');
  const builder = { node: () => node, add: () => undefined };
  const window = { oldestUs: Number.NEGATIVE_INFINITY, newestUs: Number.POSITIVE_INFINITY };
  const reader = await source.read({ builder, mapping, shiftUs: 0, window, onRefused: () => undefined });
  try {
    while (await reader.next()) {
      // What is wrong with a page is thrown.
    }
  } finally {
    await reader.close();
  }
}
