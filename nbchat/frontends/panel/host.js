// What the page around the panel can do: take a new cell, a text for the clipboard, a file.
const CELLS = { "": "", python: "", py: "", ipython: "", bash: "%%bash\n", sh: "%%bash\n" };

function insertCell(panel, source) {
  const shared = panel.notebook?.sharedModel;
  if (shared?.insertCell) {
    panel.inserted = shared.insertCell(nextPlace(panel, shared.cells), { cell_type: "code", source })?.getId();
    return true;
  }
  const classic = window.Jupyter?.notebook;
  if (!classic?.insert_cell_below) return false;
  classic.insert_cell_below("code").set_text(source);
  return true;
}

// Below what was inserted before, so that several blocks keep their order; else below the panel, or the active cell.
function nextPlace(panel, cells) {
  const last = cells.findIndex((cell) => cell.getId() === panel.inserted);
  if (panel.inserted && last >= 0) return last + 1;
  const near = cellOf(panel) ?? document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-mod-active.jp-Cell");
  return near ? numberOf(near) + 1 : cells.length;
}

const cellOf = (panel) => panel.root.closest(".jp-Notebook .jp-Cell");
// Cells out of sight are not in the page, so JupyterLab numbers those that are.
const numberOf = (cell) => Number(cell.dataset.windowedListIndex);

// The output of the panel's own cell that is the copy for the saved notebook, where it is not the one of that mark.
// Python's updates go by display ids, which a notebook forgets when its page is loaded again.
function staleCopy(panel, mark) {
  const cell = cellOf(panel);
  const outputs = cell && panel.notebook?.cells?.get?.(numberOf(cell))?.outputs;
  if (!outputs?.set) return null;
  const html = (i) => String(outputs.get(i).data["text/html"] ?? "");
  const copies = [...Array(outputs.length).keys()].filter((i) => html(i).includes("nbc-snapshot"));
  const mine = copies[[...cell.querySelectorAll(".nbp-root")].indexOf(panel.root)];
  return mine === undefined || html(mine).includes(mark) ? null : { outputs, at: mine };
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea.sr", null, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function download({ name, type, s }) {
  h("a", { download: name, href: URL.createObjectURL(new Blob([s], { type })) }).click();
}
