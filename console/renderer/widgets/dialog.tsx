// What stands over the window until it is answered: the browser keeps the focus inside and gives it back afterwards.
import { type ReactNode, useLayoutEffect, useRef } from 'react';

interface DialogProps {
  label: string;
  /** Class of what floats; the dialog itself is the scrim around it, whose colour a backdrop could not take from our tokens. */
  className: string;
  close: () => void;
  children: ReactNode;
}

export function Dialog({ label, className, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside it closes it, as Esc does by itself
    <dialog
      ref={dialog}
      className="scrim"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <div className={`floating float ${className}`}>{children}</div>
    </dialog>
  );
}
