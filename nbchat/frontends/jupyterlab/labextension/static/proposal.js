// The next cell, as a model proposes it: faint text at the end of the notebook. Tab takes it, any
// other key leaves it, and what is being asked is then asked no longer. Nothing of it runs.

const PATIENCE = 600_000; // milliseconds to wait for a model
const PAUSE = 1000; // milliseconds after a cell has run, before one is asked for by itself
const OF_A_SHELL = /^\s*[!%]/m;

/**
 * @param {CodeMirrorState} state
 * @param {CodeMirrorView} view
 * @param {Lab} lab
 * @returns {Propose}
 */
export function proposalsFor({ StateEffect, StateField }, view, lab) {
  const { Decoration, EditorView, WidgetType } = view;
  /** @type {EffectKind<DecorationSet>} */
  const setGhost = StateEffect.define();
  const ghost = StateField.define({
    create: () => Decoration.none,
    update(shown, { effects }) {
      for (const effect of effects) if (effect.is(setGhost)) return effect.value;
      return shown;
    },
    provide: (field) => EditorView.decorations.from(field),
  });
  // So that no part of it is beyond the edge.
  const wraps = EditorView.contentAttributes.compute([ghost], (now) =>
    now.field(ghost) === Decoration.none ? {} : { class: "cm-lineWrapping" },
  );

  /**
   * @param {string} code
   * @param {string} said  below it
   */
  const ghostOf = (code, said) => {
    const made = document.createElement("span");
    made.className = "nbchat-ghost";
    const below = document.createElement("small");
    below.textContent = said;
    made.append(code && `${code}\n`, below);
    const widget = Object.assign(new WidgetType(), { toDOM: () => made });
    return Decoration.set([Decoration.widget({ widget, side: 1 }).range(0)]);
  };
  const dressed = new WeakSet();
  /** @type {(() => void) | null} */
  let leave = null;

  return async (panel, kernel, byItself = false) => {
    if (byItself && leave) return;
    const cell = await endOf(lab, panel, byItself);
    const shown = cell?.editor?.editor;
    if (!shown || shown.state.readOnly) return;
    leave?.();
    if (!dressed.has(shown)) cell.editor?.injectExtension?.([ghost, wraps]);
    dressed.add(shown);
    let code = "";
    let isLeft = false;

    const show = (/** @type {string} */ said) => {
      const effects = [setGhost.of(ghostOf(code, said)), EditorView.announce.of(code + said)];
      if (!cell.isDisposed) shown.dispatch({ effects });
    };
    const end = () => {
      isLeft = true;
      leave = null;
      window.removeEventListener("keydown", press, true);
      if (!cell.isDisposed) shown.dispatch({ effects: setGhost.of(Decoration.none) });
    };
    leave = () => {
      if (!code) kernel.request({ kind: "leave" });
      end();
    };
    const press = (/** @type {KeyboardEvent} */ event) => {
      const { key, shiftKey } = event;
      if (/^(Control|Shift|Alt|Meta)$/.test(key)) return;
      const takes = key === "Tab" && !shiftKey && code && shown.hasFocus;
      if (takes || key === "Escape") {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      if (!takes) return leave?.();
      end();
      const selection = { anchor: code.length };
      shown.dispatch({ changes: { from: 0, insert: code }, selection });
    };

    window.addEventListener("keydown", press, true);
    if (!byItself) show(lab.phrase("proposing"));
    const found = await kernel.request({ kind: "proposal", by_itself: byItself }, PATIENCE);
    if (isLeft) return;
    code = found?.code ?? "";
    if (code) show(lab.phrase(OF_A_SHELL.test(code) ? "keysShell" : "keys"));
    else if (byItself) end();
    else show(found?.why || lab.phrase("busy"));
  };
}

/**
 * The cell where the next one goes, with the cursor in it.
 *
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {boolean} byItself  where it has to be there, and a person in it
 */
async function endOf(lab, panel, byItself) {
  const last = panel.content.widgets.at(-1);
  const isFree = last?.model.type === "code" && !last.model.sharedModel.getSource().trim();
  if (byItself) return isFree && last?.editor?.editor.hasFocus ? last : null;
  const cell = last && isFree ? last : lab.insertBelow(panel, null, "");
  await lab.edit(panel, cell);
  return cell;
}

/**
 * Asks for the next cell when one has run; the kernel answers where the settings say so.
 *
 * @param {NotebookPanel} panel
 * @param {KernelLink} kernel
 * @param {Propose} propose
 */
export function proposeByItself(panel, kernel, propose) {
  let timer = 0;
  kernel.onChange(() => {
    clearTimeout(timer);
    timer = setTimeout(() => kernel.isOpen && propose(panel, kernel, true), PAUSE);
  });
}
