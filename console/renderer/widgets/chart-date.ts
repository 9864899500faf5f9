// The date by which uPlot places the ticks of a time axis: in the zone that times are shown in.
import uPlot from 'uplot';
import { isUtcShown } from './format.ts';

/** For `tzDate`. Takes Unix seconds, as uPlot counts. */
export function chartDate(seconds: number): Date {
  const date = new Date(seconds * 1000);
  return isUtcShown() ? uPlot.tzDate(date, 'Etc/UTC') : date;
}
