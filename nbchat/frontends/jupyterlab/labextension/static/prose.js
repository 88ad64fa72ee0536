// A `%%chat` cell reads as prose: Markdown, wrapped, without the help that is meant for Python.

import { afterPause } from "./cells.js";

// Comments may stand above the line.
const QUESTION = /^\s*(?:#[^\n]*\n\s*)*%%chat(?=\s|$)/;
const MARKDOWN = "text/x-ipythongfm";
const NAME_BEGUN = /(?<!\{)\{[\p{L}\p{N}_]*$/u;
const TOP = 5_000; // characters at the beginning in which a `%%chat` is looked for
const PAUSE = 300; // milliseconds after a keystroke before the kernel is asked for names

/** @param {string} source */
export function isQuestion(source) {
  return QUESTION.test(source.slice(0, TOP));
}

/**
 * Where the first line of a question ends, or 0 for any other cell.
 *
 * @param {EditorState} now
 */
function endOfLine(now) {
  const found = QUESTION.exec(now.sliceDoc(0, TOP));
  return found ? now.doc.lineAt(found[0].length).to : 0;
}

/**
 * Whether Tab is nothing but Tab here: between words, where only names in braces are completed.
 * The key of `schemas` is nearer to where keys arrive than the completer's, which does not hear it.
 *
 * @param {EditorState} now
 */
function isAmongWords(now) {
  const { empty, head } = now.selection.main;
  if (!empty || head <= endOfLine(now) || now.readOnly) return false;
  return !NAME_BEGUN.test(now.sliceDoc(now.doc.lineAt(head).from, head));
}

/**
 * @param {CodeMirrorState} state
 * @param {CodeMirrorView} view
 */
export function proseFor({ EditorState, Prec, StateEffect, StateField }, view) {
  const { Decoration, EditorView } = view;
  /** @type {EffectKind<DecorationSet>} */
  const setMarks = StateEffect.define();
  const line = Decoration.line({ class: "nbchat-line" });

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
      if (!endOfLine(now)) return {};
      const words = isAmongWords(now) ? "nbchat-words" : "";
      return { class: `cm-lineWrapping nbchat-question ${words}`, spellcheck: "true" };
    }),
    EditorView.decorations.compute(["doc"], (now) => {
      const end = endOfLine(now);
      return end ? Decoration.set([line.range(now.doc.lineAt(end).from)]) : Decoration.none;
    }),
    Prec.highest(
      EditorState.languageData.of((now) =>
        endOfLine(now) ? [{ closeBrackets: { brackets: [] } }] : [],
      ),
    ),
  ];

  /** @param {object[]} ranges  what is marked in an editor, in the place of what was */
  const mark = (...ranges) => setMarks.of(Decoration.set(ranges, true));

  /**
   * Marks the names in a question as the kernel knows them, or as it does not.
   *
   * @param {CodeCell} cell
   * @param {EditorView} shown
   * @param {KernelLink} kernel
   */
  const keepNames = (cell, shown, kernel) => {
    const source = () => shown.state.doc.toString();
    let isMarked = false;
    const look = afterPause(async () => {
      const asked = source();
      const hasNames = kernel.isOpen && isQuestion(asked) && asked.includes("{");
      if (!hasNames && !isMarked) return;
      isMarked = hasNames;
      const found = hasNames && (await kernel.request({ kind: "names", source: asked }));
      if (found === undefined || source() !== asked) return;
      const places = found ? found.places : [];
      const ranges = places.map(([begin, end, isValue]) => {
        const name = Decoration.mark({ class: isValue ? "nbchat-name" : "nbchat-no-name" });
        return name.range(begin, end);
      });
      shown.dispatch({ effects: mark(...ranges) });
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
        if (cell.editor) keepNames(cell, cell.editor.editor, kernel);
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
    const wanted = isQuestion(model.sharedModel.getSource()) ? MARKDOWN : own;
    if (model.mimeType !== wanted) model.mimeType = wanted;
  };
  model.contentChanged.connect(keep);
  model.mimeTypeChanged.connect(keep);
  keep();
}
