// Buttons under a traceback: the lines of ours that have it fixed or explained. Where they ask, in
// a cell or in the panel, the kernel says.

import { actOn, isThing } from "./outputs.js";
import { isQuestion } from "./prose.js";

const LOOKS = 40; // for a panel that opens
const BETWEEN = 250; // milliseconds from one look to the next

/** @typedef {"explain" | "fix"} Wish */

/**
 * What belongs to an output alone: an error, a figure, a table.
 *
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 * @param {KernelLink} kernel
 */
export function dressOutputs(lab, panel, cell, kernel) {
  const { outputArea, model } = cell;
  const look = () => {
    const source = model.sharedModel.getSource();
    const fits = kernel.isOpen && !isQuestion(source);
    for (let place = 0; place < outputArea.model.length; place += 1) {
      const node = outputArea.widgets[place]?.node.querySelector(".jp-OutputArea-output");
      const output = outputArea.model.get(place);
      const acts = output.type === "error" ? actsFor : isThing(output, source) && actOn;
      if (!node || !acts) continue;
      const made = node.querySelector(":scope > .nbchat-acts");
      if (!fits) made?.remove();
      else if (!made) node.append(acts(lab, panel, cell, kernel, output));
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
  const ask = (/** @type {Wish} */ wish) => async () => {
    const id = cell.model.sharedModel.getId();
    const answer = await kernel.request({ kind: "failure", cell: id });
    if (answer?.is_last === false) return "notLast";
    if (answer?.into === "panel") {
      askInPanel(lab, panel, cell, kernel, wish);
      return "asked";
    }
    lab.insertBelow(panel, cell, `%chat ${wish}`);
    lab.run(panel);
    return "";
  };
  const buttons = [lab.button("explain", ask("explain")), lab.button("fix", ask("fix"))];
  return lab.group(lab.phrase("error"), ...buttons);
}

/**
 * Opens a panel where there is none.
 *
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 * @param {KernelLink} kernel
 * @param {Wish} wish
 */
async function askInPanel(lab, panel, cell, kernel, wish) {
  for (let look = 0; look < LOOKS; look += 1) {
    const answer = await kernel.request({ kind: "wish", wish });
    if (answer?.is_asked !== false) return;
    if (look) await new Promise((done) => setTimeout(done, BETWEEN));
    else {
      lab.insertBelow(panel, cell, "%chat panel");
      await lab.run(panel);
    }
  }
}
