// A `%%chat` cell reads as prose: Markdown, wrapped, without the help that is meant for Python.

import { afterPause } from "./cells.js";

// Comments may stand above the line.
const QUESTION = /^\s*(?:#[^\n]*\n\s*)*%%chat(?=\s|$)/;
const MARKDOWN = "text/x-ipythongfm";
const NAME_BEGUN = /(?<!\{)\{[\p{L}\p{N}_]*$/u;
const PAUSE = 300; // milliseconds after a keystroke before the kernel is asked for names

/**
 * Where the `%%chat` of a question ends, or 0 for any other cell.
 *
 * @param {string} source
 */
export function endOfChat(source) {
  return QUESTION.exec(source)?.[0].length ?? 0;
}

/**
 * @param {CodeMirrorState} state
 * @param {CodeMirrorView} view
 */
export function proseFor(
  { EditorState, Prec, StateEffect, StateField },
  { Decoration, EditorView },
) {
  /** @type {EffectKind<DecorationSet>} */
  const setMarks = StateEffect.define();

  const extension = [
    StateField.define({
      create: () => Decoration.none,
      update(marks, { changes, effects }) {
        for (const effect of effects) if (effect.is(setMarks)) return effect.value;
        return marks.map(changes);
      },
      provide: (field) => EditorView.decorations.from(field),
    }),
    EditorView.contentAttributes.compute(["doc", "selection"], (now) => {
      const { empty, head } = now.selection.main;
      const { from } = now.doc.lineAt(head);
      const end = endOfChat(now.sliceDoc());
      if (!end) return {};
      // Between words Tab is nothing but Tab: only names in braces are completed. The key of
      // `schemas` is nearer to where keys arrive than the completer's, which does not hear it.
      const isFree = empty && !now.readOnly && from > end;
      const words = isFree && !NAME_BEGUN.test(now.sliceDoc(from, head)) ? "nbchat-words" : "";
      return { class: `cm-lineWrapping ${words}`, spellcheck: "true" };
    }),
    EditorView.decorations.compute(["doc"], (now) => {
      const end = endOfChat(now.sliceDoc());
      const line = Decoration.line({ class: "nbchat-line" });
      return Decoration.set(end ? [line.range(now.doc.lineAt(end).from)] : []);
    }),
    Prec.highest(
      EditorState.languageData.of((now) =>
        endOfChat(now.sliceDoc()) ? [{ closeBrackets: { brackets: [] } }] : [],
      ),
    ),
  ];

  /** @param {object[]} ranges  what is marked in an editor, in the place of what was */
  const mark = (...ranges) => setMarks.of(Decoration.set(ranges, true));

  return {
    mark,
    /**
     * Keeps one cell as its first line says, and the names in a question marked as the kernel knows
     * them, or as it does not.
     *
     * @param {CodeCell} cell
     * @param {KernelLink} kernel
     */
    async dress(cell, kernel) {
      const { sharedModel, contentChanged } = cell.model;
      keepType(cell.model);
      await cell.ready;
      cell.editor?.injectExtension(extension);
      let isMarked = false;
      const look = afterPause(async () => {
        const asked = sharedModel.getSource();
        const hasNames = kernel.isOpen && endOfChat(asked) > 0 && asked.includes("{");
        if (!hasNames && !isMarked) return;
        isMarked = hasNames;
        const found = hasNames
          ? await kernel.request({ kind: "names", source: asked })
          : { places: [] };
        const shown = cell.editor?.editor;
        if (!found || !shown || sharedModel.getSource() !== asked) return;
        const ranges = found.places.map(([begin, end, isValue]) => {
          const name = Decoration.mark({ class: isValue ? "nbchat-name" : "nbchat-no-name" });
          // Beyond the end of the text it would end all typing.
          return name.range(begin, Math.min(end, shown.state.doc.length));
        });
        shown.dispatch({ effects: mark(...ranges) });
      }, PAUSE);
      contentChanged.connect(look, cell);
      kernel.onChange(look, cell);
      look();
    },
  };
}

/**
 * Markdown's type for a question, and the one it had for anything else. The notebook sets the
 * kernel's type again when it learns the language.
 *
 * @param {CellModel} model
 */
function keepType(model) {
  let own = model.mimeType;
  const keep = () => {
    if (model.mimeType !== MARKDOWN) own = model.mimeType;
    model.mimeType = endOfChat(model.sharedModel.getSource()) ? MARKDOWN : own;
  };
  model.contentChanged.connect(keep);
  model.mimeTypeChanged.connect(keep);
  keep();
}
