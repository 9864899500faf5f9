// Copies a text and says so for a moment. A text that is long to make is made when it is asked for.
import { useEffect, useState } from 'react';

export function CopyButton({ text, label = 'Copy' }: { text: string | (() => string); label?: string }) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => setSaid(''), 1500);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => setSaid('Copied'),
      () => setSaid('Not available'),
    );
  };
  return (
    <button type="button" className="link" onClick={copy}>
      {said || label}
    </button>
  );
}
