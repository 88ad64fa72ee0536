// Commands, for the palette, a menu of their own, the launcher, and keys.

import { linkTo } from "./link.js";
import { openQuickQuestion } from "./quick.js";

const LOAD = "%load_ext nbchat";
const KEYS = [
  ["quick", "Accel Shift Space", "body"],
  ["propose", "Accel Alt Enter", ".jp-Notebook"],
];

/**
 * @param {Lab} lab
 * @param {Beside | null} beside
 * @param {Propose} propose
 * @param {{ palette: Palette | null, mainMenu: MainMenu | null, launcher: Launcher | null, widgets: LuminoWidgets | null }} places
 *   where they are offered, as far as JupyterLab has them
 */
export function addCommands(lab, beside, propose, { palette, mainMenu, launcher, widgets }) {
  const { app, tracker, phrase } = lab;
  const { commands } = app;
  const menu = widgets && new widgets.Menu({ commands });
  for (const [name, act] of acts(lab, beside, propose)) {
    const command = `nbchat:${name}`;
    commands.addCommand(command, {
      label: phrase(`command.${name}`),
      isEnabled: () => Boolean(tracker.currentWidget),
      async execute() {
        if (tracker.currentWidget) await act(tracker.currentWidget);
      },
    });
    palette?.addItem({ command, category: phrase("menu") });
    menu?.addItem({ command });
  }
  for (const [name, key, selector] of KEYS) {
    commands.addKeyBinding({ command: `nbchat:${name}`, keys: [key], selector });
  }
  if (launcher) addCard(lab, launcher);
  if (!mainMenu || !menu) return;
  menu.id = "nbchat-menu";
  menu.title.label = phrase("menu");
  mainMenu.addMenu(menu, true, { rank: 90 });
}

/**
 * What each command does with the notebook that is worked in.
 *
 * @param {Lab} lab
 * @param {Beside | null} beside
 * @param {Propose} propose
 * @returns {[string, (panel: NotebookPanel) => unknown][]}
 */
function acts(lab, beside, propose) {
  const runLine = (/** @type {string} */ line) => async (/** @type {NotebookPanel} */ panel) => {
    if (!(await load(lab, panel))) return;
    lab.insertBelow(panel, panel.content.activeCell, line);
    await lab.run(panel);
  };
  return [
    ["ask", (panel) => begin(lab, panel)],
    ["fix", runLine("%chat fix")],
    ["explain", runLine("%chat explain")],
    [
      "panel",
      async (panel) => {
        if (!beside) await runLine("%chat panel")(panel);
        else if (await load(lab, panel)) beside.open();
      },
    ],
    [
      "quick",
      (panel) =>
        openQuickQuestion(lab, async (text) => {
          if (beside?.ask(panel, text) || !(await load(lab, panel))) return;
          const { content } = panel;
          const { activeCellIndex, mode } = content;
          lab.insertBelow(panel, content.activeCell, `%%chat\n${text}`);
          lab.run(panel);
          Object.assign(content, { activeCellIndex, mode });
        }),
    ],
    [
      "propose",
      async (panel) => {
        if (await load(lab, panel)) await propose(panel, linkTo(panel));
      },
    ],
  ];
}

/**
 * Runs `%load_ext nbchat` where that has not been done in this kernel; false where it fails.
 *
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 */
async function load(lab, panel) {
  if (linkTo(panel).isOpen) return true;
  const cell = panel.content.activeCell;
  const { type, sharedModel } = cell?.model ?? {};
  if (type === "code" && !sharedModel?.getSource()) sharedModel?.setSource(LOAD);
  else lab.insertBelow(panel, cell, LOAD);
  return lab.run(panel);
}

/**
 * Begins a question about the active cell.
 *
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 */
async function begin(lab, panel) {
  if (!(await load(lab, panel))) return;
  lab.edit(panel, lab.insertBelow(panel, panel.content.activeCell, "%%chat --above 1\n"));
}

/**
 * A new notebook with the panel.
 *
 * @param {Lab} lab
 * @param {Launcher} launcher
 */
function addCard({ app, phrase }, launcher) {
  const { commands } = app;
  const command = "nbchat:new";
  commands.addCommand(command, {
    label: phrase("menu"),
    caption: phrase("new"),
    async execute({ cwd } = {}) {
      const kernelName = app.serviceManager.kernelspecs.specs?.default;
      const panel = await commands.execute("notebook:create-new", { cwd, kernelName });
      await Promise.all([panel.context.ready, panel.sessionContext.ready]);
      await commands.execute("nbchat:panel");
    },
  });
  const kernelIconUrl = new URL("chat.svg", import.meta.url).href;
  launcher.add({ command, category: "Notebook", rank: 90, kernelIconUrl });
}
