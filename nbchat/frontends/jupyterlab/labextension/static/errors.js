// Buttons under a traceback: the lines of ours that have it fixed or explained.

import { isQuestion } from "./prose.js";

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell  that may fail
 * @param {KernelLink} kernel
 */
export function dressErrors(lab, panel, cell, kernel) {
  const { outputArea, model } = cell;
  const look = () => {
    const fits = kernel.isOpen && !isQuestion(model.sharedModel.getSource());
    for (let place = 0; place < outputArea.model.length; place += 1) {
      const node = outputArea.widgets[place]?.node.querySelector(".jp-OutputArea-output");
      if (!node || outputArea.model.get(place).type !== "error") continue;
      const made = node.querySelector(".nbchat-acts");
      if (!fits) made?.remove();
      else if (!made) node.append(actsFor(lab, panel, cell, kernel));
    }
  };
  new MutationObserver(look).observe(outputArea.node, { childList: true });
  cell.disposed.connect(kernel.onChange(look));
  look();
}

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 * @param {KernelLink} kernel
 */
function actsFor(lab, panel, cell, kernel) {
  const ask = (/** @type {string} */ command) => async () => {
    const id = cell.model.sharedModel.getId();
    const answer = await kernel.request({ kind: "failure", cell: id });
    if (answer?.is_last === false) return "notLast";
    lab.insertBelow(panel, cell, `%chat ${command}`);
    lab.run(panel);
    return "";
  };
  const buttons = ["explain", "fix"].map((name) => lab.button(name, ask(name)));
  return lab.group(lab.phrase("error"), ...buttons);
}
