// Buttons on the code in an answer. They stand in the page alone: nothing of them is saved.

const BLOCKS = ".nbc fieldset > pre";
const LINE_OF_OURS = /^\s*%%?chat\b/m;
/**
 * The first line of a cell for a block of code, by its language; none where it is no cell.
 *
 * @type {Record<string, string | undefined>}
 */
const CELLS = { "": "", python: "", py: "", ipython: "", bash: "%%bash\n", sh: "%%bash\n" };

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell  whose outputs have code
 */
export function dressBlocks(lab, panel, cell) {
  const { content } = panel;
  const { node } = cell.outputArea;
  let last = cell; // that was inserted from this answer
  /** @type {CodeCell | undefined} */
  let aim;

  // Below the last one, so that several blocks keep their order.
  const insert = (/** @type {string} */ source) => {
    last = lab.insertBelow(panel, source, last.isDisposed ? cell : last);
    return "inserted";
  };

  // The nearest code above that is no line of ours, if it may be changed.
  const takeAim = () => {
    aim = content.widgets
      .slice(0, content.widgets.indexOf(cell))
      .findLast(({ model: { type, sharedModel } }) => {
        return type === "code" && !LINE_OF_OURS.test(sharedModel.getSource());
      });
    if (aim?.model.getMetadata("editable") === false) aim = undefined;
    aim?.node.classList.add("nbchat-aim");
  };
  const leaveAim = () => aim?.node.classList.remove("nbchat-aim");
  const replace = (/** @type {string} */ source) => {
    leaveAim();
    takeAim();
    const { sharedModel } = aim?.model ?? {};
    sharedModel?.undoManager?.stopCapturing();
    sharedModel?.setSource(source);
    sharedModel?.undoManager?.stopCapturing();
    return sharedModel ? "replaced" : "noCell";
  };

  const dress = (/** @type {Element} */ code) => {
    const block = /** @type {HTMLElement} */ (code.parentElement);
    const language = block.querySelector("legend")?.textContent ?? "";
    const start = CELLS[language.toLowerCase()];
    const text = () => code.textContent ?? "";
    const source = () => start + text();
    const copy = () => {
      lab.apputils?.Clipboard.copyToSystem(text());
      return "copied";
    };
    const buttons = lab.apputils ? [lab.button("copy", copy)] : [];
    if (start !== undefined) {
      const replaces = lab.button("replace", () => replace(source()));
      replaces.onpointerenter = replaces.onfocus = takeAim;
      replaces.onpointerleave = replaces.onblur = leaveAim;
      buttons.push(lab.button("below", () => insert(source())));
      buttons.push(replaces);
    }
    // What a notebook of somebody else brought is looked at before it runs.
    if (start !== undefined && cell.model.trusted) {
      const run = () => {
        insert(source());
        lab.run(panel);
        return "";
      };
      buttons.push(lab.button("runBelow", run));
    }
    block.classList.add("nbchat-block");
    const label = `${lab.phrase("code")} ${language}`.trim();
    block.append(lab.group("nbchat-corner", label, ...buttons));
  };

  const look = () => {
    for (const code of node.querySelectorAll(BLOCKS)) {
      if (!code.parentElement?.querySelector(".nbchat-acts") && isOurs(code)) dress(code);
    }
  };
  new MutationObserver(look).observe(node, { childList: true, subtree: true });
  look();
}

/**
 * Whether a block is as answers have them: not the panel's, which has buttons, and without markup
 * by which a notebook of somebody else could hide a part.
 *
 * @param {Element} code
 */
function isOurs(code) {
  return !code.closest(".nbp-root") && !code.querySelector(":not(b, i, font), [style], [class]");
}
