// Buttons on an output alone: under a traceback, for having it fixed or explained; on a figure or
// a table, for a question about it. What comes of them, the kernel says.

import { endOfChat } from "./prose.js";

const FIGURE = /^image\/|^application\/vnd\.(plotly|vega)/;
const OURS = /^\s*%chat\b/m;

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 * @param {KernelLink} kernel
 */
export function dressOutputs(lab, panel, cell, kernel) {
  const { outputArea, model } = cell;

  const act =
    (/** @type {ToKernel.Wish["wish"]} */ wish, /** @type {number | null} */ number) =>
    async () => {
      const id = model.sharedModel.getId();
      const answer = await kernel.request({ kind: "wish", cell: id, wish, number });
      const line = wish === "about" ? "" : `%chat ${wish}`; // it waits where a cell runs
      const { run, begin, said } = answer ?? { run: line, said: line ? "" : "busy" };
      if (run) lab.runBelow(panel, run, cell);
      if (begin) {
        lab.edit(panel, lab.insertBelow(panel, begin, cell));
        panel.context.save(); // a kernel learns from the file which cell is above
      }
      return said;
    };

  /**
   * @param {Output} output
   * @param {string} source
   */
  const actsOn = ({ type, data = {}, executionCount }, source) => {
    if (type === "error") {
      return lab.group("", "error", { explain: act("explain", null), fix: act("fix", null) });
    }
    const isFigure = Object.keys(data).some((kind) => FIGURE.test(kind));
    const isThing = isFigure || /<table\b/i.test(String(data["text/html"]));
    if (!isThing || OURS.test(source)) return null;
    return lab.group("nbchat-corner", "output", { about: act("about", executionCount ?? null) });
  };

  const look = () => {
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
  new MutationObserver(look).observe(outputArea.node, { childList: true });
  kernel.onChange(look, cell);
  look();
}
