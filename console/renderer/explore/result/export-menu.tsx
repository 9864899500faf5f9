// "Export": the whole answer of the statement as a file. A letter or the arrows choose the format.
import { ChevronDown, Download } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { EXPORT_FORMATS, type ExportFormat } from '../../../common/export-view.ts';
import { keyWords } from '../../shell/keys.ts';
import { useConsole } from '../../state/console-state.ts';
import { usePopup } from '../../widgets/use-popup.ts';
import { beginExport, exportName } from './exports-state.ts';

const WORDS: Readonly<Record<ExportFormat, { name: string; note: string }>> = {
  parquet: { name: 'Parquet', note: 'typed and small, for analysis' },
  csv: { name: 'CSV', note: 'for spreadsheets' },
  ndjson: { name: 'NDJSON', note: 'one JSON object per line' },
};

interface Props {
  /** With its time filled in, at the moment it is asked for. */
  sql: () => string;
  onProblem: (words: string) => void;
}

export function ExportMenu({ sql, onProblem }: Props) {
  const { api } = useConsole();
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  usePopup(place, open, '[role="menuitem"]', () => setOpen(false));
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || !event.shiftKey || event.key.toLowerCase() !== 'e') return;
      event.preventDefault();
      setOpen(true);
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, []);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const choose = (format: ExportFormat): void => {
    close();
    const statement = sql();
    void beginExport(api, statement, format, exportName(statement, Date.now())).then(onProblem);
  };
  const onKey = (event: KeyboardEvent): void => {
    const items = itemsOf(place.current);
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown') items[(at + 1) % items.length]?.focus();
    else if (event.key === 'ArrowUp') items[(at - 1 + items.length) % items.length]?.focus();
    else if (event.key === 'Escape') close();
    else {
      const format = EXPORT_FORMATS.find((name) => name[0] === event.key.toLowerCase());
      if (format === undefined || event.ctrlKey || event.metaKey) return;
      choose(format);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="export" ref={place}>
      <button
        ref={button}
        type="button"
        className="button"
        title={`Export all rows to a file (${keyWords('Mod+Shift+E')})`}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Download size={14} strokeWidth={1.6} />
        Export
        <ChevronDown size={13} strokeWidth={1.6} />
      </button>
      {open && (
        <div className="export-menu floating float" role="menu" aria-label="Export as" tabIndex={-1} onKeyDown={onKey}>
          {EXPORT_FORMATS.map((format) => (
            <button key={format} type="button" role="menuitem" tabIndex={-1} onClick={() => choose(format)}>
              <span>{WORDS[format].name}</span>
              <span className="t3 small">{WORDS[format].note}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function itemsOf(place: HTMLElement | null): HTMLElement[] {
  return [...(place?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
}
