// A `%%chat` cell reads as prose: Markdown, wrapped, without the help that is meant for Python.

// Comments may stand above the line.
const QUESTION = /^\s*(?:#[^\n]*\n\s*)*%%chat(?=\s|$)/;
const MARKDOWN = "text/x-ipythongfm";
const NAME_BEGUN = /(?<!\{)\{[\p{L}\p{N}_]*$/u;
const INDENT = "    ";
const TOP = 5_000; // characters at the beginning in which a `%%chat` is looked for
const PAUSE = 300; // milliseconds after a keystroke before the kernel is asked for names

/** @param {string} source */
export function isQuestion(source) {
  return QUESTION.test(source.slice(0, TOP));
}

/**
 * @param {CodeMirrorState} state
 * @param {CodeMirrorView} view
 * @param {Lab} lab
 */
export function proseFor(state, view, lab) {
  const { EditorState, Prec, StateEffect, StateField } = state;
  const { Decoration, EditorView } = view;
  /** @type {EffectKind<ToPage.Names>} */
  const setNames = StateEffect.define();
  const lineOfOurs = Decoration.line({ class: "nbchat-line" });
  const kinds = {
    known: Decoration.mark({ class: "nbchat-name" }),
    unknown: Decoration.mark({ class: "nbchat-no-name" }),
  };

  // Where the first line of a question ends, or 0 for any other cell.
  const question = StateField.define({
    create: endOfLine,
    update: (end, change) => (change.docChanged ? endOfLine(change.state) : end),
  });

  const names = StateField.define({
    create: () => Decoration.none,
    update(marks, change) {
      for (const effect of change.effects) {
        if (effect.is(setNames)) return placed(effect.value, change.state);
      }
      return marks.map(change.changes);
    },
    provide: (field) => EditorView.decorations.from(field),
  });

  /** @param {EditorState} now */
  function endOfLine(now) {
    const found = QUESTION.exec(now.sliceDoc(0, TOP));
    return found ? now.doc.lineAt(found[0].length).to : 0;
  }

  /**
   * @param {ToPage.Names} found
   * @param {EditorState} now
   */
  function placed(found, now) {
    const { length } = now.doc;
    const marks = found.places
      .filter(([begin, end]) => begin < end && end <= length)
      .map(([begin, end, is]) => kinds[is ? "known" : "unknown"].range(begin, end));
    return Decoration.set(marks, true);
  }

  /**
   * Whether Tab is nothing but Tab here: between words, where only names in braces are completed.
   *
   * @param {EditorState} now
   */
  function isAmongWords(now) {
    const { empty, head } = now.selection.main;
    const end = now.field(question);
    if (!end || !empty || head <= end) return false;
    return !NAME_BEGUN.test(now.sliceDoc(now.doc.lineAt(head).from, head));
  }

  const extension = [
    question,
    names,
    EditorView.contentAttributes.compute([question], (now) =>
      now.field(question) ? { class: "cm-lineWrapping nbchat-question", spellcheck: "true" } : {},
    ),
    EditorView.contentAttributes.compute([question, "selection"], (now) =>
      isAmongWords(now) ? { class: "nbchat-words" } : {},
    ),
    EditorView.decorations.compute([question], (now) => {
      const end = now.field(question);
      return end ? Decoration.set([lineOfOurs.range(now.doc.lineAt(end).from)]) : Decoration.none;
    }),
    Prec.highest(
      EditorState.languageData.of((now) =>
        now.field(question) ? [{ closeBrackets: { brackets: [] } }] : [],
      ),
    ),
  ];

  lab.app.commands.addCommand("nbchat:indent", {
    label: lab.phrase("command.indent"),
    isEnabled: () => Boolean(lab.tracker.currentWidget),
    async execute() {
      const shown = lab.tracker.currentWidget?.content.activeCell?.editor?.editor;
      if (shown && !shown.state.readOnly) shown.dispatch(shown.state.replaceSelection(INDENT));
    },
  });
  // It is nearer to where keys arrive than the completer's, which therefore does not hear it.
  lab.app.commands.addKeyBinding({
    command: "nbchat:indent",
    keys: ["Tab"],
    selector: ".jp-Notebook .nbchat-words",
  });

  return {
    /**
     * Keeps one cell as its first line says.
     *
     * @param {CodeCell} cell
     * @param {KernelLink} kernel
     */
    dress(cell, kernel) {
      keepType(cell.model);
      const dressed = new WeakSet();
      const inject = () => {
        const editor = cell.editor;
        if (!editor?.injectExtension || dressed.has(editor)) return;
        dressed.add(editor);
        editor.injectExtension(extension);
        keepNames(cell, editor.editor, kernel);
      };
      cell.inViewportChanged.connect(inject);
      cell.ready.then(inject);
      inject();
    },
  };

  /**
   * Marks the names in a question as the kernel knows them, or as it does not.
   *
   * @param {CodeCell} cell
   * @param {EditorView} shown
   * @param {KernelLink} kernel
   */
  function keepNames(cell, shown, kernel) {
    let timer = 0;
    let asked = "";
    const ask = async () => {
      const source = shown.state.doc.toString();
      const hasNames = kernel.isOpen && isQuestion(source) && source.includes("{");
      const wanted = hasNames ? source : "";
      if (!wanted && !asked) return;
      asked = wanted;
      /** @type {ToPage.Names} */
      const none = { kind: "names", places: [] };
      const found = wanted ? await kernel.request({ kind: "names", source }) : none;
      if (!found || cell.isDisposed || shown.state.doc.toString() !== source) return;
      shown.dispatch({ effects: setNames.of(found) });
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    };
    cell.model.contentChanged.connect(later);
    const stop = kernel.onChange(later);
    cell.disposed.connect(stop);
    later();
  }
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
