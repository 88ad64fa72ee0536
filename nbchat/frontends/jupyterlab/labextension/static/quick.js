// A question from anywhere: a field over the notebook, which goes away with Enter or Escape.

/**
 * @param {Lab} lab
 * @param {(text: string) => void} ask
 */
export function openQuickQuestion(lab, ask) {
  const dialog = document.createElement("dialog");
  dialog.className = "nbchat-quick";
  dialog.dataset.lmSuppressShortcuts = "true";
  const field = document.createElement("input");
  field.placeholder = dialog.ariaLabel = field.ariaLabel = lab.phrase("quick");
  const form = document.createElement("form");
  form.method = "dialog";
  form.append(field);
  dialog.append(form);
  let text = "";
  dialog.closedBy = "any";
  form.onsubmit = () => {
    text = field.value.trim();
  };
  // The focus is back by then.
  dialog.onclose = () => {
    dialog.remove();
    if (text) ask(text);
  };
  document.body.append(dialog);
  dialog.showModal();
}
