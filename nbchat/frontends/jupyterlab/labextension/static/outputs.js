// A button on a figure or a table: a question about it, in a cell below.

const FIGURE = /^image\/|^application\/vnd\.(plotly|vega)/;
const OURS = /^\s*%chat\b/m;

/**
 * Whether an output is one to ask about, in a cell that has this source.
 *
 * @param {Output} output
 * @param {string} source
 */
export function isThing({ data = {} }, source) {
  const isFigure = Object.keys(data).some((kind) => FIGURE.test(kind));
  return (isFigure || /<table\b/i.test(String(data["text/html"]))) && !OURS.test(source);
}

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 * @param {KernelLink} kernel
 * @param {Output} output
 */
export function actOn(lab, panel, cell, kernel, { executionCount }) {
  const button = lab.button("about", async () => {
    const id = cell.model.sharedModel.getId();
    const number = executionCount ?? null;
    const answer = await kernel.request({ kind: "shown", cell: id, number });
    if (!answer?.source) return answer ? "runFirst" : "busy";
    lab.edit(panel, lab.insertBelow(panel, cell, answer.source));
    panel.context.save(); // a kernel learns from the file which cell is above
    return "";
  });
  const made = lab.group(lab.phrase("output"), button);
  made.classList.add("nbchat-about");
  return made;
}
