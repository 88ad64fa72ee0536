// The next cell, as a model proposes it: faint text at the end of the notebook. Tab takes it, any
// other key leaves it, and what is being asked is then asked no longer. Nothing of it runs.

import { afterPause, element } from "./cells.js";

const PATIENCE = 600_000; // milliseconds to wait for a model
const PAUSE = 1000; // milliseconds after a cell has run, before one is asked for by itself

/**
 * @param {(...ranges: object[]) => Effect} mark
 * @param {CodeMirrorView} view
 * @param {Lab} lab
 * @returns {Propose}
 */
export function proposalsFor(mark, { Decoration, EditorView, WidgetType }, lab) {
  /** @type {(() => void) | null} */
  let leave = null;

  return async (panel, kernel, byItself = false) => {
    if (byItself && leave) return;
    const cell = await endOf(lab, panel, byItself);
    const shown = cell?.editor?.editor;
    if (!shown || shown.state.readOnly) return;
    leave?.();
    let code = "";

    const set = (/** @type {Effect[]} */ ...effects) => {
      if (!cell.isDisposed) shown.dispatch({ effects });
    };
    const show = (/** @type {string} */ said) => {
      const below = element("small", { textContent: lab.phrase(said) });
      const ghost = element("span", { className: "nbchat-ghost" }, code && `${code}\n`, below);
      const widget = Object.assign(new WidgetType(), { toDOM: () => ghost });
      const range = Decoration.widget({ widget, side: 1 }).range(0);
      set(mark(range), EditorView.announce.of(ghost.textContent));
    };
    const end = () => {
      leave = null;
      window.removeEventListener("keydown", press, true);
      set(mark());
    };
    const leaveThis = () => {
      if (!code) kernel.request({ kind: "leave" });
      end();
    };
    leave = leaveThis;
    const press = (/** @type {KeyboardEvent} */ event) => {
      const { key, shiftKey } = event;
      if (/^(Control|Shift|Alt|Meta)$/.test(key)) return;
      const takes = key === "Tab" && !shiftKey && code && shown.hasFocus;
      if (takes || key === "Escape") {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      if (!takes) return leaveThis();
      end();
      const selection = { anchor: code.length };
      shown.dispatch({ changes: { from: 0, insert: code }, selection });
    };

    window.addEventListener("keydown", press, true);
    if (!byItself) show("proposing");
    const found = await kernel.request({ kind: "proposal", by_itself: byItself }, PATIENCE);
    if (leave !== leaveThis) return;
    code = found?.code ?? "";
    if (code || !byItself) show(found?.said ?? "busy");
    else end();
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
  const cell = isFree ? last : lab.insertBelow(panel, "", last);
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
  const ask = () => kernel.isOpen && propose(panel, kernel, true);
  kernel.onChange(afterPause(ask, PAUSE), panel);
}
