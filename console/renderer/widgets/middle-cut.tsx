// A long name that is cut in its middle where it has no room: machines of one fleet begin alike and differ at the end.

/** So many characters at the end always show. */
const TAIL = 14;

/** Where the name is cut: none where it is short. */
export function cutInMiddle(text: string): { head: string; tail: string } {
  if (text.length <= TAIL * 2) return { head: text, tail: '' };
  const letters = [...text];
  return { head: letters.slice(0, -TAIL).join(''), tail: letters.slice(-TAIL).join('') };
}

export function MiddleCut({ text, className = '' }: { text: string; className?: string }) {
  const { head, tail } = cutInMiddle(text);
  return (
    <span className={`middle-cut ${className}`} title={tail === '' ? undefined : text}>
      <span className="cut">{head}</span>
      {tail !== '' && <span>{tail}</span>}
    </span>
  );
}
