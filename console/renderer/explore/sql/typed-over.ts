// Typing over a selection: left to Chrome, it would carry the selection's colours over in an inline style, which the page's policy refuses.
import { EditorView } from '@codemirror/view';

/** Replaces the selection by what was typed, after CodeMirror's own input handlers had their say. */
export const typedOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { main } = view.state.selection;
    const text = event.data;
    if (event.inputType !== 'insertText' || event.isComposing || main.empty || text === null) return false;
    const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
    const handled = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, main.from, main.to, text, insert));
    if (!handled) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});
