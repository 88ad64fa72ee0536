// Buttons on an output alone: under a traceback, the lines of ours that have it fixed or explained;
// on a figure or a table, a question about it. What comes of them, the kernel says.

import { isQuestion } from "./prose.js";

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
  const id = () => model.sharedModel.getId();

  const mend = (/** @type {"explain" | "fix"} */ wish) =>
    lab.button(wish, async () => {
      const answer = await kernel.request({ kind: "wish", cell: id(), wish });
      const line = answer ? answer.line : `%chat ${wish}`;
      if (line) lab.runBelow(panel, line, cell);
      return answer?.said;
    });

  const about = (/** @type {Output} */ { executionCount }) =>
    lab.button("about", async () => {
      const number = executionCount ?? null;
      const answer = await kernel.request({ kind: "shown", cell: id(), number });
      if (!answer?.source) return answer ? "runFirst" : "busy";
      lab.begin(panel, answer.source, cell);
      panel.context.save(); // a kernel learns from the file which cell is above
      return "";
    });

  /**
   * @param {Output} output
   * @param {string} source
   */
  const actsOn = (output, source) => {
    const { type, data = {} } = output;
    if (type === "error") return lab.group("", lab.phrase("error"), mend("explain"), mend("fix"));
    const isFigure = Object.keys(data).some((kind) => FIGURE.test(kind));
    const isThing = isFigure || /<table\b/i.test(String(data["text/html"]));
    if (!isThing || OURS.test(source)) return null;
    return lab.group("nbchat-corner", lab.phrase("output"), about(output));
  };

  const look = () => {
    const source = model.sharedModel.getSource();
    const fits = kernel.isOpen && !isQuestion(source);
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
