// Marks the place in the editor that an error names; any change of the text takes the mark away.
import { StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';

export const markPlace = StateEffect.define<number | undefined>();

const mark = Decoration.mark({ class: 'cm-error-place', attributes: { title: 'The error is here' } });

export const errorPlace = [
  StateField.define<DecorationSet>({
    create: () => Decoration.none,
    update: (marks, transaction) => {
      for (const effect of transaction.effects) {
        if (!effect.is(markPlace)) continue;
        if (effect.value === undefined) return Decoration.none;
        const { from, to } = wordAt(transaction.state.doc.toString(), effect.value);
        return to > from ? Decoration.set([mark.range(from, to)]) : Decoration.none;
      }
      return transaction.docChanged ? Decoration.none : marks;
    },
    provide: (field) => EditorView.decorations.from(field),
  }),
  EditorView.theme({ '.cm-error-place': { textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' } }),
];

/** The word there, or the last sign of the text where the place is its end. */
export function wordAt(text: string, place: number): { from: number; to: number } {
  const end = text.trimEnd().length;
  const from = Math.max(0, Math.min(place, end - 1));
  const word = /^(?:\w+|'[^'\n]*'?|"[^"\n]*"?|.)/.exec(text.slice(from))?.[0] ?? '';
  return { from, to: from + word.length };
}
