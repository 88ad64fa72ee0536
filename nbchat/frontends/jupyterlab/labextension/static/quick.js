// A question from anywhere: a field over the notebook, which goes away with Enter or Escape.

import { element } from "./cells.js";

/**
 * @param {Lab} lab
 * @param {(text: string) => void} ask
 */
export function askQuickly({ phrase }, ask) {
  const ariaLabel = phrase("quick");
  const field = element("input", { className: "jp-mod-styled", placeholder: ariaLabel, ariaLabel });
  const form = element("form", { method: "dialog" }, field);
  const dialog = element("dialog", { className: "nbchat-quick", ariaLabel, closedBy: "any" }, form);
  form.onsubmit = () => dialog.close(field.value.trim());
  // The focus is back by then.
  dialog.onclose = () => {
    dialog.remove();
    if (dialog.returnValue) ask(dialog.returnValue);
  };
  document.body.append(dialog);
  dialog.showModal();
}
