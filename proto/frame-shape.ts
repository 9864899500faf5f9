// Whether the columns of a frame fit each other.
import { MusterError } from '../core/common/muster-error.ts';
import type { DecodedFrame } from './batch-codec.ts';

/** Throws `malformed` with what does not fit. */
export function assertShape(frame: DecodedFrame): void {
  const rows = frame.timeUs.length;
  const name = frame.measurement.slice(0, 80);
  if (frame.seriesIndex.length !== rows) {
    throw new MusterError('malformed', `frame ${name} has ${rows} times and ${frame.seriesIndex.length} series indexes`);
  }
  if (frame.values.length !== rows * frame.fields.length) {
    throw new MusterError('malformed', `frame ${name} has ${frame.values.length} values for ${rows} rows of ${frame.fields.length} fields`);
  }
  if (frame.texts.length !== rows * frame.textFields.length) {
    throw new MusterError(
      'malformed',
      `frame ${name} has ${frame.texts.length} texts for ${rows} rows of ${frame.textFields.length} text fields`,
    );
  }
  const { absentTexts } = frame;
  if (absentTexts !== undefined && absentTexts.length !== (frame.texts.length + 7) >> 3) {
    throw new MusterError(
      'malformed',
      `frame ${name} has ${absentTexts.length} bytes that tell which of ${frame.texts.length} texts are absent`,
    );
  }
  const series = frame.seriesBytes.length;
  for (let i = 0; i < rows; i++) {
    if ((frame.seriesIndex[i] as number) >= series) {
      throw new MusterError('malformed', `frame ${name} names series ${frame.seriesIndex[i]} of ${series} in row ${i}`);
    }
  }
}
