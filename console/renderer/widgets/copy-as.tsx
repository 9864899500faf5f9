// "Copy as": what the view shows, as something that others can run: SQL, a grpcurl call, a command line, or a link to this view.
import { Check, ChevronDown, Copy } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { usePopup } from './use-popup.ts';

/** What is left out has no item. At least one is given. */
export interface CopyAsProps {
  sql?: string | undefined;
  /** As `grpcurlCall` writes it. */
  grpcurl?: string | undefined;
  /** As `musterQuery` writes it, or another call of the `muster` program. */
  cli?: string | undefined;
  /** An address that opens this view. */
  link?: string | undefined;
}

const SAID_MS = 1500;

/** A button with a menu: Enter, Space or ↓ opens it, ↑ ↓ Home End go, Enter copies, Escape closes and returns to the button. */
export function CopyAs({ sql, grpcurl, cli, link }: CopyAsProps) {
  const choices = [
    { name: 'SQL', text: sql },
    { name: 'grpcurl', text: grpcurl },
    { name: 'muster CLI', text: cli },
    { name: 'Link', text: link },
  ].filter((choice): choice is { name: string; text: string } => choice.text !== undefined && choice.text !== '');
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState('');
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const menuId = useId();

  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => setSaid(''), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  usePopup(place, open, '[role="menuitem"]', () => setOpen(false));

  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const copy = (name: string, text: string): void => {
    close();
    navigator.clipboard.writeText(text).then(
      () => setSaid(`${name} copied`),
      () => setSaid('The clipboard is not available'),
    );
  };
  const onMenuKey = (event: KeyboardEvent): void => {
    const items = itemsOf(place.current);
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[
      event.key
    ];
    if (to !== undefined) items[to]?.focus();
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
    else return;
    if (event.key !== 'Tab') event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="copy-as" ref={place}>
      <button
        ref={button}
        type="button"
        className="button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? menuId : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {said === '' ? <Copy size={14} strokeWidth={1.6} /> : <Check size={14} strokeWidth={1.6} />}
        <span role="status">{said || 'Copy as'}</span>
        <ChevronDown size={13} strokeWidth={1.6} />
      </button>
      {open && (
        <div id={menuId} className="copy-as-menu floating float" role="menu" aria-label="Copy as" tabIndex={-1} onKeyDown={onMenuKey}>
          {choices.map(({ name, text }) => (
            <button key={name} type="button" role="menuitem" tabIndex={-1} onClick={() => copy(name, text)}>
              <span>{name}</span>
              <code className="cut">{text}</code>
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
