// Whether the columns of a frame fit each other.
import { MusterError } from '../core/common/muster-error.ts';

/** What of a frame has to fit; one entry a row, a field, or a row and field. */
export interface Columns {
  readonly measurement: string;
  readonly fields: { readonly length: number };
  readonly textFields: { readonly length: number };
  readonly timeUs: { readonly length: number };
  readonly seriesIndex: ArrayLike<number>;
  readonly seriesBytes: { readonly length: number };
  readonly values: { readonly length: number };
  readonly texts: { readonly length: number };
  readonly absentTexts?: { readonly length: number } | undefined;
}

/** Throws `malformed` with what does not fit. */
export function assertShape(frame: Columns): void {
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
    if (frame.seriesIndex[i]! >= series) {
      throw new MusterError('malformed', `frame ${name} names series ${frame.seriesIndex[i]} of ${series} in row ${i}`);
    }
  }
}
