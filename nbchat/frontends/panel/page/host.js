// What the page around the panel can do: take a new cell, a text for the clipboard, a file.

/**
 * The first line of a cell for a block of code, by its language; none where it is no cell.
 *
 * @type {Record<string, string | undefined>}
 */
const CELLS = { "": "", python: "", py: "", ipython: "", bash: "%%bash\n", sh: "%%bash\n" };

/**
 * @param {Panel} panel
 * @param {string} source
 * @returns {boolean}  whether this page can take a cell
 */
function insertCell(panel, source) {
  const shared = panel.notebook?.sharedModel;
  if (shared?.insertCell) {
    const place = nextPlace(panel, shared.cells);
    panel.inserted = shared.insertCell(place, { cell_type: "code", source })?.getId();
    return true;
  }
  const classic = window.Jupyter?.notebook;
  if (!classic?.insert_cell_below) return false;
  classic.insert_cell_below("code").set_text(source);
  return true;
}

/**
 * Below what was inserted before, so that several blocks keep their order; else below the panel,
 * or the active cell.
 *
 * @param {Panel} panel
 * @param {SharedCell[]} cells
 * @returns {number}
 */
function nextPlace(panel, cells) {
  const last = cells.findIndex((cell) => cell.getId() === panel.inserted);
  if (panel.inserted && last >= 0) return last + 1;
  const active = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-mod-active.jp-Cell";
  const near = cellOf(panel) ?? document.querySelector(active);
  return near ? numberOf(near) + 1 : cells.length;
}

/**
 * @param {Panel} panel
 * @returns {Element | null}
 */
function cellOf(panel) {
  return panel.root.closest(".jp-Notebook .jp-Cell");
}

/**
 * Cells out of sight are not in the page, so JupyterLab numbers those that are.
 *
 * @param {Element} cell
 * @returns {number}
 */
function numberOf(cell) {
  return Number(cell.getAttribute("data-windowed-list-index") ?? NaN);
}

/**
 * The output of the panel's own cell that is the copy for the saved notebook, where it is not the
 * one of that mark. Python's updates go by display ids, which a notebook forgets when its page is
 * loaded again.
 *
 * @param {Panel} panel
 * @param {string} mark
 * @returns {((data: Record<string, string>) => void) | null}  puts another in its place
 */
function staleCopy(panel, mark) {
  const cell = cellOf(panel);
  if (!cell) return null;
  const outputs = panel.notebook?.cells?.get?.(numberOf(cell))?.outputs;
  if (!outputs?.set) return null;
  /** @param {number} place */
  const html = (place) => String(outputs.get(place).data["text/html"] ?? "");
  const copies = [...Array(outputs.length).keys()].filter((place) =>
    html(place).includes("nbc-snapshot"),
  );
  const at = copies[[...cell.querySelectorAll(".nbp-root")].indexOf(panel.root)];
  if (at === undefined || html(at).includes(mark)) return null;
  return (data) => outputs.set?.(at, { output_type: "display_data", data, metadata: {} });
}

/** @param {string} text */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea.sr", null, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/** @param {ToPage.File} file */
function download({ name, type, text }) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  element("a", { download: name, href }).click();
}
