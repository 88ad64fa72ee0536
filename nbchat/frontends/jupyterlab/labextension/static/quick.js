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
  field.placeholder = lab.phrase("quick");
  for (const one of [dialog, field]) one.setAttribute("aria-label", lab.phrase("quick"));
  const form = document.createElement("form");
  form.method = "dialog";
  form.append(field);
  dialog.append(form);
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  form.addEventListener("submit", () => {
    const text = field.value.trim();
    if (text) setTimeout(ask, 0, text); // once the focus is back
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
