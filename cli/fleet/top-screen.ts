// The screen of `muster top`: takes over the terminal, and gives it back as it was however it ends.
import { emitKeypressEvents, type Key } from 'node:readline';
import type { ReadStream } from 'node:tty';
import { fault } from '../../core/node/faults.ts';
import type { Node, NodesUpdate } from '../../proto/gen/messages.ts';
import type { Output } from '../terminal/output.ts';
import { tableLines } from '../terminal/table.ts';
import { countWords, nodeColumns } from './node-table.ts';
import { SORT_KEYS, type SortKey, sortNodes } from './top-sort.ts';

export interface TopScreenOptions {
  output: Output;
  stdin: ReadStream;
  sort: SortKey;
  filter: string;
}

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

export class TopScreen {
  readonly #options: TopScreenOptions;
  readonly #nodes = new Map<string, Node>();
  readonly #ended = new AbortController();
  #sort: SortKey;
  #reversed = false;
  #offset = 0;

  constructor(options: TopScreenOptions) {
    this.#options = options;
    this.#sort = options.sort;
  }

  /** Aborts when the person at the terminal has seen enough. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Shows the updates until they end or `q` is pressed. */
  async run(updates: AsyncIterable<NodesUpdate>): Promise<void> {
    const { stdin, output } = this.#options;
    const onKey = (_: string | undefined, key: Key): void => this.#press(key);
    const redraw = (): void => this.#draw();
    emitKeypressEvents(stdin);
    stdin.setRawMode(true);
    stdin.on('keypress', onKey);
    stdin.resume();
    process.stdout.on('resize', redraw);
    await output.write(ENTER);
    try {
      this.#draw();
      for await (const update of updates) {
        for (const node of update.nodes) this.#nodes.set(node.nodeId, node);
        for (const id of update.removed) this.#nodes.delete(id);
        this.#draw();
      }
    } finally {
      process.stdout.off('resize', redraw);
      stdin.off('keypress', onKey);
      stdin.setRawMode(false);
      stdin.pause();
      await output.write(LEAVE);
    }
  }

  #press(key: Key): void {
    if (key.name === 'q' || key.name === 'escape' || (key.ctrl === true && key.name === 'c')) {
      this.#ended.abort();
      return;
    }
    const sort = (Object.keys(SORT_KEYS) as SortKey[]).find((name) => SORT_KEYS[name].key === key.name);
    if (sort !== undefined) {
      this.#reversed = sort === this.#sort && !this.#reversed;
      this.#sort = sort;
    }
    this.#offset += SCROLL[key.name ?? '']?.(this.#pageRows()) ?? 0;
    this.#draw();
  }

  #pageRows(): number {
    return Math.max(1, this.#options.output.rows - 4);
  }

  #draw(): void {
    const { output, filter } = this.#options;
    const nodes = sortNodes([...this.#nodes.values()], this.#sort, this.#reversed);
    const rows = this.#pageRows();
    this.#offset = Math.max(0, Math.min(this.#offset, nodes.length - rows));
    const shown = nodes.slice(this.#offset, this.#offset + rows);
    const title = `muster top  ${countWords(nodes)}${filter === '' ? '' : `  filter ${filter}`}  by ${this.#sort}${this.#reversed ? ' reversed' : ''}`;
    const lines = [
      output.paint.bold(title),
      '',
      ...tableLines(nodeColumns(output.paint, Date.now()), shown, output.paint.inverse),
      output.paint.dim('c m d l n s sort · arrows scroll · q quit'),
    ];
    // Each line is cleared behind its end: nothing flickers, and nothing of an older, longer line remains. Wrapping is off meanwhile.
    output.write(`\u001b[?7l\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J\u001b[?7h`).catch(fault);
  }
}

/** How far a key moves, in rows, given the rows of a page. */
const SCROLL: Readonly<Record<string, (page: number) => number>> = {
  up: () => -1,
  down: () => 1,
  pageup: (page) => -page,
  pagedown: (page) => page,
  home: () => Number.NEGATIVE_INFINITY,
  end: () => Number.MAX_SAFE_INTEGER,
};
