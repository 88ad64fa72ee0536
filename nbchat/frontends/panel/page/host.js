// What the page around the panel can do: take a new cell, a text for the clipboard, a file.

/**
 * The first line of a cell for a block of code, by its language; none where it is no cell.
 *
 * @type {Record<string, string | undefined>}
 */
const CELLS = { "": "", python: "", py: "", ipython: "", bash: "%%bash\n", sh: "%%bash\n" };

/**
 * Where this page can put code.
 *
 * @param {Panel} panel
 * @returns {Place[]}
 */
function placesOf(panel) {
  if (panel.notebook?.sharedModel?.insertCell) return ["below", "above", "replace"];
  return window.Jupyter?.notebook?.insert_cell_above ? ["below", "above"] : [];
}

/**
 * @param {Panel} panel
 * @param {string} source
 * @param {Place} where
 * @returns {boolean}  whether this page can take a cell
 */
function insertCell(panel, source, where) {
  const shared = panel.notebook?.sharedModel;
  const below = where === "below";
  if (shared?.insertCell) {
    const place = below ? nextPlace(panel, shared.cells) : placeAbove(panel);
    const id = shared.insertCell(place, { cell_type: "code", source })?.getId();
    if (below) panel.inserted = id;
    return true;
  }
  const classic = window.Jupyter?.notebook;
  const made = below ? classic?.insert_cell_below?.("code") : classic?.insert_cell_above?.("code");
  made?.set_text(source);
  return Boolean(made);
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
  const near = cellOf(panel) ?? activeCell(panel);
  return near ? numberOf(near) + 1 : cells.length;
}

/**
 * @param {Panel} panel
 * @returns {number}
 */
function placeAbove(panel) {
  const near = cellOf(panel) ?? activeCell(panel);
  return near ? numberOf(near) : 0;
}

/**
 * @param {Panel} panel
 * @returns {Element | null}
 */
function activeCell(panel) {
  const own = notebookBeside(panel) ?? panel.root.closest(".jp-Notebook");
  const active = ".jp-mod-active.jp-Cell";
  if (own) return own.querySelector(active);
  return document.querySelector(`.jp-NotebookPanel:not(.lm-mod-hidden) ${active}`);
}

/**
 * What JupyterLab's extension says of a panel that it shows beside its notebook.
 *
 * @param {Panel} panel
 * @returns {DOMStringMap}
 */
function dataBeside(panel) {
  /** @type {HTMLElement | null} */
  const beside = panel.root.closest("[data-nbchat-notebook]");
  return beside?.dataset ?? {};
}

/**
 * @param {Panel} panel
 * @returns {Element | null}  none where the panel is in a cell
 */
function notebookBeside(panel) {
  return document.getElementById(dataBeside(panel).nbchatNotebook ?? "");
}

// --- the cell that is replaced

/**
 * Notes which cell a person worked in before they came here.
 *
 * @param {Panel} panel
 */
function takeAim(panel) {
  const cell = activeCell(panel);
  if (!cell || cell.contains(panel.root)) return;
  const cells = panel.notebook?.sharedModel?.cells ?? [];
  panel.aim = cells[numberOf(cell)]?.getId();
}

/**
 * The cell that would be replaced, and its place; none where it cannot be, or is the panel's own.
 *
 * @param {Panel} panel
 * @returns {[SharedCell, number] | null}
 */
function aimed(panel) {
  const cells = panel.notebook?.sharedModel?.cells ?? [];
  const place = panel.aim ? cells.findIndex((cell) => cell.getId() === panel.aim) : -1;
  const cell = cells[place];
  if (cell?.cell_type !== "code" || !cell.setSource) return null;
  return cell.getMetadata?.("editable") === false ? null : [cell, place];
}

/**
 * Puts code in the place of another; the notebook's own Undo, in that cell, brings that back.
 *
 * @param {Panel} panel
 * @param {string} source
 * @returns {boolean}
 */
function replaceCell(panel, source) {
  const [cell] = aimed(panel) ?? [];
  if (!cell) return false;
  cell.undoManager?.stopCapturing?.();
  cell.setSource?.(source);
  cell.undoManager?.stopCapturing?.();
  return true;
}

/**
 * While a person is about to press it, the cell that it replaces is marked in the notebook.
 *
 * @param {Panel} panel
 * @param {HTMLElement} pressed
 */
function showsAim(panel, pressed) {
  /** @type {Element | undefined} */
  let marked;
  const unmark = () => marked?.classList.remove("nbp-aim");
  const mark = () => {
    unmark();
    const [, place] = aimed(panel) ?? [];
    const own = panel.root.closest(".jp-Notebook") ?? activeCell(panel)?.parentElement;
    const cells = [...(own?.querySelectorAll(".jp-Cell") ?? [])];
    marked = cells.find((cell) => numberOf(cell) === place);
    marked?.classList.add("nbp-aim");
  };
  for (const kind of ["pointerenter", "focus"]) pressed.addEventListener(kind, mark);
  for (const kind of ["pointerleave", "blur"]) pressed.addEventListener(kind, unmark);
}

/**
 * @param {Panel} panel
 * @returns {Element | null}
 */
function cellOf(panel) {
  return panel.root.closest(".jp-Notebook .jp-Cell");
}

/**
 * The cell whose output the panel is, also where it only has a line there.
 *
 * @param {Panel} panel
 * @returns {Element | null}
 */
function homeOf(panel) {
  const { nbchatModel = "" } = dataBeside(panel);
  const line = notebookBeside(panel)?.querySelector(
    `[data-nbchat-line="${CSS.escape(nbchatModel)}"]`,
  );
  return cellOf(panel) ?? line?.closest(".jp-Cell") ?? null;
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
  const cell = homeOf(panel);
  if (!cell) return null;
  const outputs = panel.notebook?.cells?.get?.(numberOf(cell))?.outputs;
  if (!outputs?.set) return null;
  /** @param {number} place */
  const html = (place) => String(outputs.get(place).data["text/html"] ?? "");
  const copies = [...Array(outputs.length).keys()].filter((place) =>
    html(place).includes("nbc-snapshot"),
  );
  const views = [...cell.querySelectorAll(".nbp-root")];
  const at = copies[Math.max(views.indexOf(panel.root), 0)];
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
