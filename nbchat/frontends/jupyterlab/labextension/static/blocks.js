// Buttons on the code in an answer. They stand in the page alone: nothing of them is saved.

const BLOCKS = ".nbc fieldset > pre";
/**
 * The first line of a cell for a block of code, by its language; none where it is no cell.
 *
 * @type {Record<string, string | undefined>}
 */
const CELLS = { "": "", python: "", py: "", ipython: "", bash: "%%bash\n", sh: "%%bash\n" };

/**
 * The last cell that was inserted from the answer of another.
 *
 * @type {WeakMap<CodeCell, CodeCell>}
 */
const inserted = new WeakMap();

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell  whose outputs have code
 */
export function dressBlocks(lab, panel, cell) {
  const { node } = cell.outputArea;
  const look = () => {
    for (const code of node.querySelectorAll(BLOCKS)) {
      const block = /** @type {HTMLElement} */ (code.parentElement);
      if (!block.querySelector(".nbchat-acts") && isOurs(code)) dress(lab, panel, cell, block);
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

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 * @param {HTMLElement} block
 */
function dress(lab, panel, cell, block) {
  const code = /** @type {HTMLElement} */ (block.querySelector("pre"));
  const language = block.querySelector("legend")?.textContent ?? "";
  const text = () => code.textContent ?? "";
  const buttons = [lab.button("copy", () => copy(text()))];
  const start = CELLS[language.toLowerCase()];
  if (start !== undefined) {
    const insert = () => insertInOrder(lab, panel, cell, start + text());
    buttons.push(
      lab.button("below", () => {
        insert();
        return "inserted";
      }),
    );
    buttons.push(replaceButton(lab, panel, cell, () => start + text()));
    // What a notebook of somebody else brought is looked at before it runs.
    if (cell.model.trusted) {
      buttons.push(
        lab.button("runBelow", () => {
          insert();
          lab.run(panel);
          return "";
        }),
      );
    }
  }
  block.classList.add("nbchat-block");
  block.append(lab.group(`${lab.phrase("code")} ${language}`.trim(), ...buttons));
}

/**
 * Below what was inserted from this answer before, so that several blocks keep their order.
 *
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 * @param {string} source
 */
function insertInOrder(lab, panel, cell, source) {
  const last = inserted.get(cell);
  const near = last && panel.content.widgets.includes(last) ? last : cell;
  inserted.set(cell, lab.insertBelow(panel, near, source));
}

/**
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 * @param {() => string} source
 */
function replaceButton(lab, panel, cell, source) {
  /** @type {CodeCell | undefined} */
  let marked;
  const unmark = () => marked?.node.classList.remove("nbchat-aim");
  const mark = () => {
    unmark();
    marked = cellAbove(panel, cell);
    marked?.node.classList.add("nbchat-aim");
  };
  const made = lab.button("replace", () => {
    const aim = cellAbove(panel, cell);
    if (!aim) return "noCell";
    const { sharedModel } = aim.model;
    sharedModel.undoManager?.stopCapturing();
    sharedModel.setSource(source());
    sharedModel.undoManager?.stopCapturing();
    return "replaced";
  });
  for (const kind of ["pointerenter", "focus"]) made.addEventListener(kind, mark);
  for (const kind of ["pointerleave", "blur"]) made.addEventListener(kind, unmark);
  return made;
}

/**
 * The nearest code above an answer that is no line of ours, and may be changed.
 *
 * @param {NotebookPanel} panel
 * @param {CodeCell} cell
 */
function cellAbove(panel, cell) {
  const { widgets } = panel.content;
  const above = widgets.slice(0, widgets.indexOf(cell)).reverse();
  const found = above.find(
    ({ model }) => model.type === "code" && !/^\s*%%?chat\b/m.test(model.sharedModel.getSource()),
  );
  return found && found.model.getMetadata("editable") !== false ? found : undefined;
}

/**
 * @param {string} text
 * @returns {Promise<string>}
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  return "copied";
}
