// A `%%chat` cell reads as prose: Markdown, wrapped, without the help that is meant for Python.

import { afterPause } from "./cells.js";

// Comments may stand above the line.
const QUESTION = /^\s*(?:#[^\n]*\n\s*)*%%chat(?=\s|$)/;
const MARKDOWN = "text/x-ipythongfm";
const NAME_BEGUN = /(?<!\{)\{[\p{L}\p{N}_]*$/u;
const TOP = 5_000; // characters at the beginning in which a `%%chat` is looked for
const PAUSE = 300; // milliseconds after a keystroke before the kernel is asked for names

/**
 * Where the `%%chat` of a question ends, or 0 for any other cell.
 *
 * @param {string} source
 */
export function endOfChat(source) {
  return QUESTION.exec(source.slice(0, TOP))?.[0].length ?? 0;
}

/**
 * @param {CodeMirrorState} state
 * @param {CodeMirrorView} view
 */
export function proseFor({ EditorState, Prec, StateEffect, StateField }, view) {
  const { Decoration, EditorView } = view;
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
      return { class: `cm-lineWrapping nbchat-question ${words}`, spellcheck: "true" };
    }),
    EditorView.decorations.compute(["doc"], (now) => {
      const end = endOfChat(now.sliceDoc());
      if (!end) return Decoration.none;
      const line = Decoration.line({ class: "nbchat-line" });
      return Decoration.set([line.range(now.doc.lineAt(end).from)]);
    }),
    Prec.highest(
      EditorState.languageData.of((now) =>
        endOfChat(now.sliceDoc()) ? [{ closeBrackets: { brackets: [] } }] : [],
      ),
    ),
  ];

  /** @param {object[]} ranges  what is marked in an editor, in the place of what was */
  const mark = (...ranges) => setMarks.of(Decoration.set(ranges, true));

  /**
   * Marks the names in a question as the kernel knows them, or as it does not.
   *
   * @param {CodeCell} cell
   * @param {KernelLink} kernel
   */
  const keepNames = (cell, kernel) => {
    const { sharedModel } = cell.model;
    let isMarked = false;
    const look = afterPause(async () => {
      const asked = sharedModel.getSource();
      const hasNames = kernel.isOpen && endOfChat(asked) > 0 && asked.includes("{");
      if (!hasNames && !isMarked) return;
      isMarked = hasNames;
      const found = hasNames ? await kernel.request({ kind: "names", source: asked }) : null;
      if (found === undefined || sharedModel.getSource() !== asked) return;
      const ranges = (found?.places ?? []).map(([begin, end, isValue]) =>
        Decoration.mark({ class: isValue ? "nbchat-name" : "nbchat-no-name" }).range(begin, end),
      );
      cell.editor?.editor.dispatch({ effects: mark(...ranges) });
    }, PAUSE);
    cell.model.contentChanged.connect(look);
    kernel.onChange(look, cell);
    look();
  };

  return {
    mark,
    /**
     * Keeps one cell as its first line says.
     *
     * @param {CodeCell} cell
     * @param {KernelLink} kernel
     */
    dress(cell, kernel) {
      keepType(cell.model);
      cell.ready.then(() => {
        cell.editor?.injectExtension(extension);
        keepNames(cell, kernel);
      });
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
