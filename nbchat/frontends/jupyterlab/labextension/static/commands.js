// Commands, for the palette, a menu of their own and the launcher. Their keys are in `schemas`,
// where JupyterLab reads them, and lets a person choose others.

import { element } from "./cells.js";
import { linkTo } from "./link.js";

const LOAD = "%load_ext nbchat";

/**
 * @param {Lab} lab
 * @param {Beside | null} beside
 * @param {Propose} propose
 * @param {LuminoWidgets | null} widgets
 * @param {Palette | null} palette
 * @param {MainMenu | null} mainMenu
 * @param {Launcher | null} launcher
 * @returns {Menu | null}
 */
export function addCommands(lab, beside, propose, widgets, palette, mainMenu, launcher) {
  const { app, tracker, phrase } = lab;
  const { commands } = app;
  const menu = widgets && new widgets.Menu({ commands });

  /** Runs `%load_ext nbchat` where that has not been done in this kernel; false where it fails. */
  const load = async (/** @type {NotebookPanel} */ panel) => {
    if (linkTo(panel).isOpen) return true;
    const { type, sharedModel } = panel.content.activeCell?.model ?? {};
    if (type !== "code" || sharedModel?.getSource()) return lab.runBelow(panel, LOAD);
    sharedModel?.setSource(LOAD);
    return lab.run(panel);
  };
  const loaded =
    (/** @type {(panel: NotebookPanel) => unknown} */ act) =>
    async (/** @type {NotebookPanel} */ panel) =>
      (await load(panel)) && act(panel);
  const line = (/** @type {string} */ text) => loaded((panel) => lab.runBelow(panel, text));
  // What each does with the notebook that is worked in.
  const acts = {
    ask: loaded((panel) => lab.edit(panel, lab.insertBelow(panel, "%%chat --above 1\n"))),
    fix: line("%chat fix"),
    explain: line("%chat explain"),
    panel: beside ? loaded(beside.open) : line("%chat panel"),
    quick: (/** @type {NotebookPanel} */ panel) =>
      askQuickly(lab, async (text) => {
        if (beside?.ask(panel, text) || !(await load(panel))) return;
        const { activeCellIndex, mode } = panel.content;
        lab.runBelow(panel, `%%chat\n${text}`);
        Object.assign(panel.content, { activeCellIndex, mode });
      }),
    propose: loaded((panel) => propose(panel, linkTo(panel))),
  };

  for (const [name, act] of Object.entries(acts)) {
    const command = `nbchat:${name}`;
    commands.addCommand(command, {
      label: () => phrase(`command.${name}`),
      isEnabled: () => !!tracker.currentWidget,
      execute: async () => tracker.currentWidget && act(tracker.currentWidget),
    });
    palette?.addItem({ command, category: "nbchat" });
    menu?.addItem({ command });
  }
  if (launcher) {
    const command = "nbchat:new";
    commands.addCommand(command, {
      label: () => phrase("menu"),
      caption: () => phrase("new"),
      async execute({ cwd = "" } = {}) {
        const kernelName = app.serviceManager.kernelspecs.specs?.default;
        const panel = await commands.execute("notebook:create-new", { cwd, kernelName });
        await panel.sessionContext.ready;
        return acts.panel(panel);
      },
    });
    const kernelIconUrl = new URL("chat.svg", import.meta.url).href;
    launcher.add({ command, category: "Notebook", kernelIconUrl });
  }
  if (menu) mainMenu?.addMenu(menu, true, { rank: 90 });
  return menu;
}

/**
 * A question from anywhere: a field over the notebook, which goes away with Enter or Escape.
 *
 * @param {Lab} lab
 * @param {(text: string) => void} ask
 */
function askQuickly({ phrase }, ask) {
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
