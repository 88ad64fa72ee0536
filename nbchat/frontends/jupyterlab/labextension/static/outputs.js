// Buttons on outputs: on code, as `blocks.js` has them; under a traceback, for having it fixed or
// explained; on a figure or a table, for a question about it. What comes of these, the kernel says.

import { dressBlocks } from "./blocks.js";
import { endOfChat } from "./prose.js";

const FIGURE = /^image\/|^application\/vnd\.(plotly|vega)/m;
const OURS = /^\s*%chat\b/m;

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 * @param {KernelLink} kernel
 */
export function dressOutputs(lab, panel, cell, kernel) {
  const { outputArea, model } = cell;
  const dressCode = dressBlocks(lab, panel, cell);

  const act =
    (/** @type {ToKernel.Wish["wish"]} */ wish, /** @type {number | null} */ number = null) =>
    async () => {
      const id = model.sharedModel.getId();
      const answer = await kernel.request({ kind: "wish", cell: id, wish, number });
      const line = wish === "about" ? "" : `%chat ${wish}`; // it waits where a cell runs
      const { run, begin, said } = answer ?? { run: line, said: line ? "" : "busy" };
      if (cell.isDisposed) return "";
      if (run) lab.runBelow(panel, run, cell);
      if (begin) {
        lab.edit(panel, lab.insertBelow(panel, begin, cell));
        // A kernel learns from the file which cell is above.
        if (panel.context.contentsModel?.writable) panel.context.save();
      }
      return said;
    };

  /**
   * @param {Output} output
   * @param {string} source
   */
  const actsOn = ({ type, data = {}, executionCount }, source) => {
    if (type === "error") {
      return lab.group("error", { explain: act("explain"), fix: act("fix") }, "");
    }
    const isTable = /<table\b/i.test(`${data["text/html"]}`);
    if (OURS.test(source) || !(isTable || FIGURE.test(Object.keys(data).join("\n")))) return null;
    return lab.group("output", { about: act("about", executionCount) });
  };

  const look = () => {
    dressCode();
    const source = model.sharedModel.getSource();
    const fits = kernel.isOpen && !endOfChat(source);
    for (const [place, { node }] of outputArea.widgets.entries()) {
      const shown = node.querySelector(".jp-OutputArea-output");
      const made = shown?.querySelector(":scope > .nbchat-acts");
      const output = outputArea.model.get(place);
      const acts = fits && !made && output && actsOn(output, source);
      if (acts) shown?.append(acts);
      if (!fits) made?.remove();
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(outputArea.node, { childList: true, subtree: true });
  // JupyterLab keeps the elements of a notebook that is closed.
  cell.disposed.connect(() => observer.disconnect());
  kernel.onChange(look, cell);
  look();
}
