// The next cell, as a model proposes it: faint text at the end of the notebook. Tab takes it, any
// other key leaves it, and what is being asked is then asked no longer. Nothing of it runs.

import { element } from "./cells.js";

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
    const last = panel.content.widgets.at(-1);
    const isFree = last?.model.type === "code" && !last.model.sharedModel.getSource().trim();
    // Unasked only where the next cell is there, and a person in it.
    if (byItself && (leave || !isFree || !last.editor?.editor.hasFocus)) return;
    const cell = isFree ? last : lab.insertBelow(panel, "", last);
    await lab.edit(panel, cell);
    const shown = cell.editor?.editor;
    if (!shown || shown.state.readOnly) return;
    leave?.();
    let code = "";

    const show = (/** @type {string} */ said) => {
      const text = [code && `${code}\n`, element("small", {}, lab.phrase(said))];
      const ghost = element("span", { className: "nbchat-ghost" }, ...text);
      const widget = Object.assign(new WidgetType(), { toDOM: () => ghost });
      const range = Decoration.widget({ widget, side: 1 }).range(0);
      shown.dispatch({ effects: [mark(range), EditorView.announce.of(ghost.textContent)] });
    };
    const end = () => {
      leave = null;
      kernel.request({ kind: "leave" });
      removeEventListener("keydown", press, true);
      shown.dispatch({ effects: mark() });
    };
    leave = end;
    const press = (/** @type {KeyboardEvent} */ event) => {
      const { key } = event;
      if (/^(Control|Shift|Alt|Meta)$/.test(key)) return;
      const takes = key === "Tab" && !event.shiftKey && code && shown.hasFocus;
      if (takes || key === "Escape") {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      end();
      if (!takes) return;
      shown.dispatch({ changes: { from: 0, insert: code }, selection: { anchor: code.length } });
    };

    addEventListener("keydown", press, true);
    if (!byItself) show("proposing");
    const found = await kernel.request({ kind: "proposal", by_itself: byItself });
    if (leave !== end) return;
    code = found?.code ?? "";
    if (code || !byItself) show(found?.said ?? "busy");
    else end();
  };
}
