// The SQL editor: CodeMirror inside a shadow root, where its styles need no exception in the page's policy. Lives outside React.
import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeCompletion,
  completionStatus,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { PostgreSQL, SQLDialect, sql } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { SchemaTable } from '../../../common/console-api.ts';
import { tagPlace } from '../builder/tag-place.ts';
import { errorPlace, markPlace } from './error-place.ts';
import { typedOver } from './typed-over.ts';

/** PostgreSQL's words and those QuestDB adds. */
const QUESTDB = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: `${PostgreSQL.spec.keywords} sample latest align calendar fill asof splice tolerance`,
});

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--series-1)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--late)' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: 'var(--text-3)' },
  { tag: [tags.function(tags.variableName), tags.standard(tags.name), tags.typeName], color: 'var(--accent)' },
  { tag: [tags.operator, tags.punctuation], color: 'var(--text-2)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text-1)', fontSize: '12.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--accent)', padding: '6px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '.cm-gutters': { background: 'transparent', border: '0', color: 'var(--text-3)' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '40px', padding: '0 12px 0 8px' },
  '.cm-activeLine': { background: 'var(--surface-2)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--pressed) !important' },
  '.cm-matchingBracket': { background: 'var(--pressed) !important', color: 'inherit' },
  '.cm-tooltip': {
    background: 'var(--surface-1)',
    border: '0',
    boxShadow: 'var(--shadow)',
    borderRadius: 'var(--radius)',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '220px' },
  '.cm-tooltip-autocomplete > ul > li': { lineHeight: '22px', padding: '0 10px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--surface-3)', color: 'var(--text-1)' },
  '.cm-completionIcon': { display: 'none' },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal', marginLeft: '12px' },
});

/** Tab indents: who has only a keyboard must be told the way out. */
const LEAVE_WORDS = 'Tab indents. Press Esc, then Tab to leave the editor.';

export interface SqlEditorEvents {
  onChange(text: string): void;
  onRun(): void;
  /** False where there was nothing to cancel. */
  onCancel(): boolean;
  /** Values a column has, for completion within a text; none where nobody knows. */
  valuesOf(table: string, column: string): Promise<readonly { value: string; note: string }[]>;
}

export class SqlEditor {
  readonly #view: EditorView;
  readonly #language = new Compartment();

  constructor(host: HTMLElement, text: string, events: SqlEditorEvents) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    this.#view = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: text,
        extensions: [
          keymap.of([
            {
              key: 'Mod-Enter',
              run: (view) => {
                closeCompletion(view);
                return this.#do(events.onRun);
              },
              preventDefault: true,
            },
            // Where it does nothing here, the editor itself lets the next Tab out (its tab focus mode).
            { key: 'Escape', run: (view) => completionStatus(view.state) === null && events.onCancel() },
            { key: 'Tab', run: acceptCompletion },
          ]),
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          bracketMatching(),
          closeBrackets(),
          typedOver,
          errorPlace,
          autocompletion({ activateOnTyping: true, icons: false }),
          keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
          this.#language.of(sql({ dialect: QUESTDB, upperCaseKeywords: true })),
          QUESTDB.language.data.of({ autocomplete: (context: CompletionContext) => completeValue(context, events) }),
          syntaxHighlighting(colors),
          look,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'SQL', 'aria-description': LEAVE_WORDS }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) events.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
  }

  /** Completes from these tables from now on. */
  setSchema(tables: readonly SchemaTable[]): void {
    const schema = Object.fromEntries(
      tables.map((table) => [table.name, table.columns.map((column) => ({ label: column.name, detail: column.type, type: 'property' }))]),
    );
    this.#view.dispatch({ effects: this.#language.reconfigure(sql({ dialect: QUESTDB, schema, upperCaseKeywords: true })) });
  }

  setText(text: string): void {
    if (text === this.#view.state.doc.toString()) return;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  /** Underlines what stands there; undefined takes the mark away. */
  markError(place: number | undefined): void {
    this.#view.dispatch({
      effects: markPlace.of(place),
      ...(place === undefined ? {} : { selection: { anchor: place }, scrollIntoView: true }),
    });
  }

  /** Puts the text where the cursor is. */
  insert(text: string): void {
    this.#view.dispatch(this.#view.state.replaceSelection(text));
    this.#view.focus();
  }

  focus(): void {
    this.#view.focus();
  }

  close(): void {
    this.#view.destroy();
  }

  #do(action: () => void): boolean {
    action();
    return true;
  }
}

async function completeValue(context: CompletionContext, events: SqlEditorEvents): Promise<CompletionResult | null> {
  const place = tagPlace(context.state.doc.toString(), context.pos);
  if (place === undefined) return null;
  const values = await events.valuesOf(place.table, place.column);
  return {
    from: place.from,
    options: values.map(({ value, note }) => ({ label: value, detail: note, apply: value.replaceAll("'", "''") })),
    validFor: /^[^'\n]*$/,
  };
}
