// A figure with what it is worth: `12`, `12+` of what is not all of it, muted and with its moment where it may be another by now, `–` where nobody knows.
import { type Known, valueOr } from '../state/known.ts';
import { formatMoment, formatNumber } from './format.ts';

type Format = (value: number | null) => string;

const whole: Format = (value) => formatNumber(value);

export function figureWords(of: Known<number>, format: Format = whole): string {
  const text = format(valueOr(of, null));
  return of.worth === 'partial' ? `${text}+` : text;
}

/** One sentence for whoever points at it; empty where the figure is known and whole. */
export function worthWords(of: Known<unknown>, nowMs: number): string {
  switch (of.worth) {
    case 'known':
      return '';
    case 'partial':
      return of.reason;
    case 'stale':
      return `As of ${formatMoment(of.asOfMs, nowMs)}${of.reason === '' ? '' : `; not known ${of.reason}`}`;
    case 'unknown':
      return of.reason === '' ? 'Not known' : `Not known ${of.reason}`;
  }
}

interface Props {
  of: Known<number>;
  nowMs: number;
  format?: Format;
  className?: string;
}

export function KnownFigure({ of, nowMs, format = whole, className = '' }: Props) {
  const muted = of.worth === 'stale' || of.worth === 'unknown' ? 't3' : '';
  return (
    <span className={`${className} ${muted}`.trim() || undefined} title={worthWords(of, nowMs) || undefined} data-worth={of.worth}>
      {figureWords(of, format)}
    </span>
  );
}
