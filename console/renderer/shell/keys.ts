// Every key of the console, in one table: the window's own are acted on from here, those of pages and parts are told here. `?` shows it.

/** `Mod` is ⌘ on a Mac and Ctrl elsewhere; `g f` is one key after the other. */
export interface KeyRow {
  /** The window's action it runs (window-actions.tsx); empty where the page or part named by `where` has it. */
  action: string;
  keys: readonly string[];
  where: 'Everywhere' | 'Go to' | 'Time' | 'Lists' | 'Charts' | 'Map' | 'Explore' | 'Search';
  what: string;
}

export const KEY_ROWS: readonly KeyRow[] = [
  { action: 'palette', keys: ['Mod+K'], where: 'Everywhere', what: 'Search nodes, actions, views and settings' },
  { action: 'keys', keys: ['?'], where: 'Everywhere', what: 'Show all keys' },
  { action: 'filter', keys: ['/'], where: 'Everywhere', what: 'Filter the page, or the fleet' },
  { action: 'back', keys: ['Alt+ArrowLeft'], where: 'Everywhere', what: 'Back' },
  { action: 'forward', keys: ['Alt+ArrowRight'], where: 'Everywhere', what: 'Forward' },
  { action: 'copy-address', keys: ['y'], where: 'Everywhere', what: 'Copy the address of this view' },
  { action: 'new-window', keys: ['o'], where: 'Everywhere', what: 'Open this view in a new window' },
  { action: '', keys: ['Mod+Click'], where: 'Everywhere', what: 'Open a link in a new window' },
  { action: 'go-fleet', keys: ['g f'], where: 'Go to', what: 'Fleet, table' },
  { action: 'go-heatmap', keys: ['g h'], where: 'Go to', what: 'Fleet, heat map' },
  { action: 'go-map', keys: ['g m'], where: 'Go to', what: 'Fleet, map' },
  { action: 'go-explore', keys: ['g e'], where: 'Go to', what: 'Explore' },
  { action: 'go-probes', keys: ['g r'], where: 'Go to', what: 'Probes' },
  { action: 'go-pipeline', keys: ['g p'], where: 'Go to', what: 'Pipeline' },
  { action: 'go-settings', keys: ['Mod+,', 'g s'], where: 'Go to', what: 'Settings' },
  { action: 'next-not-live', keys: ['n'], where: 'Go to', what: 'Next node that is not live' },
  { action: 'previous-not-live', keys: ['p'], where: 'Go to', what: 'Previous node that is not live' },
  { action: 'live', keys: ['Escape'], where: 'Time', what: 'Back to live' },
  { action: 'span-back', keys: ['['], where: 'Time', what: 'One span back' },
  { action: 'span-forward', keys: [']'], where: 'Time', what: 'One span forward' },
  { action: '', keys: ['ArrowUp', 'ArrowDown'], where: 'Lists', what: 'Move' },
  { action: '', keys: ['Home', 'End'], where: 'Lists', what: 'First, last' },
  { action: '', keys: ['Enter'], where: 'Lists', what: 'Open' },
  { action: '', keys: ['ArrowRight', 'ArrowLeft'], where: 'Lists', what: 'Open or close a group; move in the heat map' },
  { action: '', keys: ['Escape'], where: 'Lists', what: 'Clear the filter, then leave it' },
  { action: '', keys: ['ArrowLeft', 'ArrowRight'], where: 'Charts', what: 'Move the cursor in all charts' },
  { action: '', keys: ['PageUp', 'PageDown'], where: 'Charts', what: 'Pan by half a screen' },
  { action: '', keys: ['+', '-'], where: 'Charts', what: 'Zoom' },
  { action: '', keys: ['0'], where: 'Charts', what: 'Reset the zoom' },
  { action: '', keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], where: 'Map', what: 'Pan, or go to the next place' },
  { action: '', keys: ['+', '-', '0'], where: 'Map', what: 'Zoom in, out, whole world' },
  { action: '', keys: ['Mod+Enter'], where: 'Explore', what: 'Run the query' },
  { action: '', keys: ['Escape'], where: 'Explore', what: 'Cancel the query' },
  { action: '', keys: ['Escape Tab'], where: 'Explore', what: 'Leave the editor; Tab alone indents' },
  { action: '', keys: ['Mod+Shift+E'], where: 'Explore', what: 'Export the result; P, C or N picks the format' },
  { action: '', keys: ['>'], where: 'Search', what: 'Actions only' },
  { action: '', keys: ['#'], where: 'Search', what: 'Measurements' },
  { action: '', keys: ['Mod+Enter'], where: 'Search', what: 'Open in a new window' },
];

/** `navigator` is absent in tests. */
export const ON_MAC = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

const NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '↵',
  Escape: 'Esc',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
  Click: 'click',
};

/** As keys are shown: `⌘K` on a Mac, `Ctrl K` elsewhere; `g then f`. */
export function keyWords(combination: string, onMac = ON_MAC): string {
  return combination
    .split(' ')
    .map((press) =>
      (press === '+' ? [press] : press.split('+'))
        .map((part) => (part === 'Mod' ? (onMac ? '⌘' : 'Ctrl') : part === 'Alt' && onMac ? '⌥' : (NAMES[part] ?? part)))
        .join(onMac ? '' : ' '),
    )
    .join(' then ');
}

/** The first key of an action in words; empty where it has none. */
export function keyOfAction(action: string): string {
  const row = KEY_ROWS.find((each) => each.action === action && action !== '');
  return row === undefined ? '' : keyWords(row.keys[0] as string);
}

/** What is looked at of a key press. */
export type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Whether the press is `Mod+K`, `Alt+ArrowLeft`, `?`: one press of a combination. */
export function isPress(press: Press, wanted: string, onMac = ON_MAC): boolean {
  const parts = wanted === '+' ? ['+'] : wanted.split('+');
  const key = parts.pop() as string;
  const mod = parts.includes('Mod');
  // What Shift makes of a key is in the key's name already: `?` is a press with Shift on most boards.
  return (
    press.key.toLowerCase() === key.toLowerCase() &&
    (onMac ? press.metaKey : press.ctrlKey) === mod &&
    (onMac ? press.ctrlKey : press.metaKey) === false &&
    press.altKey === parts.includes('Alt')
  );
}

/** Whether a combination is letters or signs alone, which somebody who dictates or brushes keys may want to do without. */
export function isSingle(combination: string): boolean {
  return /^\S( \S)?$/.test(combination);
}
