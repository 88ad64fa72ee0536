// What the page around the panel can do: take a new cell, a text for the clipboard, a file.
const CELLS = { "": "", python: "", py: "", ipython: "", bash: "%%bash\n", sh: "%%bash\n" };

function insertCell(panel, source) {
  const shared = panel.model.widget_manager?.context?.model?.sharedModel;
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
  const near = panel.root.closest(".jp-Notebook .jp-Cell") ?? document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-mod-active.jp-Cell");
  // Cells out of sight are not in the page, so JupyterLab numbers those that are.
  return near ? Number(near.dataset.windowedListIndex) + 1 : cells.length;
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

// An image small enough to send: a large one is drawn again at 2,000 pixels.
async function imageOf(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, 2000 / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.size < 4e6 && /png|jpeg|gif|webp/.test(file.type)) return file;
  const canvas = h("canvas", { width: bitmap.width * scale, height: bitmap.height * scale });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}
