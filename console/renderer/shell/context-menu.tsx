// The head of the rail: which context this window shows, whether it may be changed, and the other contexts.
import { ChevronDown, Lock, LockOpen, Server } from 'lucide-react';
import { useRef, useState } from 'react';
import type { DeskState } from '../../common/desk-api.ts';
import { useConsole } from '../state/console-state.ts';
import { useStore } from '../state/store.ts';
import { formatAge } from '../widgets/format.ts';
import { usePopup } from '../widgets/use-popup.ts';
import { contextName } from './context-name.ts';

const ICON = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const;

export function ContextMenu() {
  const { desk, connection, clock } = useConsole();
  const now = useStore(desk);
  const gateway = useStore(connection).gateway;
  useStore(clock);
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  usePopup(place, open, '[role="menuitem"]', () => setOpen(false));

  const { name, words } = headOf(now, gateway);
  const Icon = now?.context.readOnly ? (now.unlockedUntilMs > 0 ? LockOpen : Lock) : Server;
  const hasMenu = now !== null && (now.context.readOnly || now.contexts.length > 1);
  const head = (
    <>
      <Icon {...ICON} />
      <span className="grow">
        <b className="cut">{name}</b>
        <small className="cut">{words}</small>
      </span>
    </>
  );
  if (!hasMenu) {
    return (
      <div className="context" title={`Gateway ${gateway}`}>
        {head}
      </div>
    );
  }
  return (
    <div ref={place} className="context-place">
      <button
        ref={button}
        type="button"
        className="context"
        title={`Gateway ${gateway}`}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {head}
        <ChevronDown {...ICON} size={12} />
      </button>
      {open && <Items desk={now} close={close} />}
    </div>
  );
}

function Items({ desk, close }: { desk: DeskState; close: () => void }) {
  const { api, unlockOpen, notice } = useConsole();
  const { context, contexts, unlockedUntilMs } = desk;
  const run = (act: () => void) => (): void => {
    close();
    act();
  };
  const said = (error: Error): void => notice.set(error.message);
  return (
    <div
      className="context-menu floating float"
      role="menu"
      tabIndex={-1}
      aria-label="Contexts"
      onKeyDown={(event) => {
        const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')];
        const at = items.indexOf(document.activeElement as HTMLElement);
        if (event.key === 'Escape' || event.key === 'Tab') close();
        else if (event.key === 'ArrowDown') items[(at + 1) % items.length]?.focus();
        else if (event.key === 'ArrowUp') items[(at + items.length - 1) % items.length]?.focus();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      {context.readOnly &&
        (unlockedUntilMs > 0 ? (
          <button type="button" role="menuitem" onClick={run(() => void api.request('lock', {}).catch(said))}>
            <Lock {...ICON} />
            Lock {context.name} now
          </button>
        ) : (
          <button type="button" role="menuitem" onClick={run(() => unlockOpen.set(true))}>
            <LockOpen {...ICON} />
            Unlock {context.name}…
          </button>
        ))}
      {contexts
        .filter(({ name }) => name !== context.name)
        .map(({ name, gateway, colour, readOnly }) => (
          <button
            key={name}
            type="button"
            role="menuitem"
            title="Opens in a new window"
            onClick={run(() => void api.request('openContext', { name }).catch(said))}
          >
            <i className="context-dot" data-colour={colour} />
            <span className="grow cut">{name}</span>
            <small className="t3 cut">{readOnly ? 'read-only' : gateway}</small>
          </button>
        ))}
    </div>
  );
}

/** The name large, what to be careful about or the address small. */
function headOf(desk: DeskState | null, gateway: string): { name: string; words: string } {
  if (desk === null) return { name: gateway || 'no gateway', words: 'not known yet' };
  const { context, unlockedUntilMs } = desk;
  const name = contextName(context);
  if (!context.readOnly) return { name, words: context.gateway };
  return { name, words: unlockedUntilMs > 0 ? `unlocked, ${formatAge(unlockedUntilMs - Date.now())} left` : 'read-only' };
}
