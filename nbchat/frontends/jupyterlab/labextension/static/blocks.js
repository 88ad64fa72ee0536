// Buttons on the code in an answer. They stand in the page alone: nothing of them is saved.

// As answers have it: not the panel's, which has buttons, and without markup by which a notebook
// of somebody else could hide a part.
const OURS = ".nbc fieldset:not([class], .nbp-root *, :has(.nbchat-acts)) > pre";
const HIDES = ":not(b, i, font), [style], [class]";
const LINE_OF_OURS = /^\s*%%?chat\b/m;
// The languages of blocks that can be a cell; one without a language may as well be Python.
const PYTHON = /^(i?python|py|)$/i;
const SHELL = /^(ba)?sh$/i;

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell  whose outputs have code
 * @returns {() => void}  looks for what has come
 */
export function dressBlocks(lab, panel, cell) {
  const { content } = panel;
  let last = cell; // that was inserted from this answer
  /** @type {CodeCell | undefined} */
  let aim;

  const leaveAim = () => aim?.node.classList.remove("nbchat-aim");
  // The nearest code above that is no line of ours, if it may be changed.
  const takeAim = () => {
    leaveAim();
    const above = content.widgets.slice(0, content.widgets.indexOf(cell));
    aim = above.findLast(
      ({ model }) => model.type === "code" && !LINE_OF_OURS.test(model.sharedModel.getSource()),
    );
    if (aim?.model.getMetadata("editable") === false) aim = undefined;
    aim?.node.classList.add("nbchat-aim");
  };

  const dress = (/** @type {Element} */ code) => {
    const block = /** @type {HTMLElement} */ (code.parentElement);
    const language = block.querySelector("legend")?.textContent ?? "";
    const start = SHELL.test(language) ? "%%bash\n" : "";
    const source = () => start + code.textContent;
    const copy = () => {
      lab.apputils?.Clipboard.copyToSystem(code.textContent);
      return "copied";
    };
    // Below the last one, so that several blocks keep their order.
    const below = () => {
      last = lab.insertBelow(panel, source(), last.isDisposed ? cell : last);
      return "inserted";
    };
    const replace = () => {
      takeAim();
      if (!aim) return "noCell";
      const { sharedModel } = aim.model;
      const { undoManager } = sharedModel;
      undoManager?.stopCapturing();
      sharedModel.setSource(source());
      undoManager?.stopCapturing();
      return "replaced";
    };
    const runBelow = () => {
      // The end of a block is out of sight beyond its own edge, its answer's or the page's.
      const { right, bottom } = code.getBoundingClientRect();
      const atEnd = document.elementFromPoint(right - 9, bottom - 9);
      const isSeen = code.scrollWidth <= code.clientWidth && block.contains(atEnd);
      below();
      if (!isSeen) return "unseen";
      lab.run(panel);
      return "";
    };

    const { trusted } = cell.model;
    const acts = lab.group(`${lab.phrase("code")} ${language}`, {
      // What a notebook of somebody else brought can have parts that nobody sees.
      ...(trusted && lab.apputils && { copy }),
      ...((start || PYTHON.test(language)) && { below, replace, ...(trusted && { runBelow }) }),
    });
    Object.assign(acts.querySelector("[value=replace]") ?? {}, {
      onpointerenter: takeAim,
      onfocus: takeAim,
      onpointerleave: leaveAim,
      onblur: leaveAim,
    });
    if (acts.firstChild) block.append(acts);
  };

  return () => {
    for (const code of cell.outputArea.node.querySelectorAll(OURS))
      if (!code.querySelector(HIDES)) dress(code);
  };
}
