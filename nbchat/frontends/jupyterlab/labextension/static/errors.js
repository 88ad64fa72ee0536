// Buttons under a traceback: the lines of ours that have it fixed or explained.

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell  that may fail
 * @param {KernelLink} kernel
 * @param {(source: string) => boolean} isQuestion
 */
export function watch(lab, panel, cell, kernel, isQuestion) {
  const { outputArea, model } = cell;
  const look = () => {
    const fits = kernel.isOpen && !isQuestion(model.sharedModel.getSource());
    for (let place = 0; place < outputArea.model.length; place += 1) {
      const node = outputArea.widgets[place]?.node;
      if (!node || outputArea.model.get(place).type !== "error") continue;
      const made = node.querySelector(":scope > .nbchat-acts");
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
