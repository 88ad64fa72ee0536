// Commands, for the palette, a menu of their own, the launcher, and keys.

import { openQuickQuestion } from "./quick.js";

/**
 * @param {Lab} lab
 * @param {WeakMap<NotebookPanel, KernelLink>} kernels
 * @param {Beside | null} beside
 * @param {{ palette: Palette | null, mainMenu: MainMenu | null, launcher: Launcher | null, icon: string, widgets: LuminoWidgets | null }} places
 *   where they are offered, as far as JupyterLab has them
 */
export function addCommands(lab, kernels, beside, { palette, mainMenu, launcher, icon, widgets }) {
  const { commands } = lab.app;
  const ids = [];
  for (const { name, act, loads } of COMMANDS) {
    const id = `nbchat:${name}`;
    ids.push(id);
    commands.addCommand(id, {
      label: lab.phrase(`command.${name}`),
      isEnabled: () => Boolean(lab.tracker.currentWidget),
      async execute() {
        const panel = lab.tracker.currentWidget;
        if (!panel) return;
        const start = () => load(lab, panel, kernels.get(panel));
        if (!loads) await act(lab, panel, beside, start);
        else if (await start()) await act(lab, panel, beside, start);
      },
    });
    palette?.addItem({ command: id, category: lab.phrase("menu") });
  }
  commands.addKeyBinding({
    command: "nbchat:quick",
    keys: ["Accel Shift Space"],
    selector: "body",
  });
  addCard(lab, launcher, icon);
  if (!mainMenu || !widgets) return;
  const menu = new widgets.Menu({ commands });
  menu.id = "nbchat-menu";
  menu.title.label = lab.phrase("menu");
  for (const command of ids) menu.addItem({ command });
  mainMenu.addMenu(menu, true, { rank: 90 });
}

/**
 * Runs `%load_ext nbchat` where that has not been done in this kernel; false where it fails.
 *
 * @param {Lab} lab
 * @param {NotebookPanel} panel
 * @param {KernelLink | undefined} kernel
 */
async function load(lab, panel, kernel) {
  if (!kernel || kernel.isOpen) return true;
  const active = panel.content.activeCell?.model;
  const isEmpty = active?.type === "code" && !active.sharedModel.getSource();
  if (isEmpty) active.sharedModel.setSource(LOAD);
  else lab.insertBelow(panel, panel.content.activeCell, LOAD);
  return lab.run(panel);
}

const LOAD = "%load_ext nbchat";

/** @type {{ name: string, loads: boolean, act: (lab: Lab, panel: NotebookPanel, beside: Beside | null, start: () => Promise<boolean>) => unknown }[]} */
const COMMANDS = [
  {
    name: "ask",
    loads: true,
    async act(lab, { content }) {
      const source = "%%chat --above 1\n";
      const cell = lab.insertBelow({ content }, content.activeCell, source);
      await cell.ready;
      content.activate();
      content.mode = "edit";
      cell.editor?.setCursorPosition({ line: 1, column: 0 });
    },
  },
  { name: "fix", loads: true, act: runLine("%chat fix") },
  { name: "explain", loads: true, act: runLine("%chat explain") },
  {
    name: "panel",
    loads: true,
    act(lab, panel, beside) {
      return beside ? beside.open() : runLine("%chat panel")(lab, panel);
    },
  },
  {
    name: "quick",
    loads: false,
    act(lab, panel, beside, start) {
      openQuickQuestion(lab, async (text) => {
        if (beside?.ask(panel, text) || !(await start())) return;
        const { content } = panel;
        const { activeCellIndex, mode } = content;
        lab.insertBelow(panel, content.activeCell, `%%chat\n${text}`);
        lab.run(panel);
        content.activeCellIndex = activeCellIndex;
        content.mode = mode;
      });
    },
  },
];

/** @param {string} line */
function runLine(line) {
  return (/** @type {Lab} */ lab, /** @type {NotebookPanel} */ panel) => {
    lab.insertBelow(panel, panel.content.activeCell, line);
    return lab.run(panel);
  };
}

/**
 * A new notebook with the panel.
 *
 * @param {Lab} lab
 * @param {Launcher | null} launcher
 * @param {string} icon  its address
 */
function addCard({ app, phrase }, launcher, icon) {
  if (!launcher) return;
  const { commands } = app;
  commands.addCommand("nbchat:new", {
    label: phrase("menu"),
    caption: phrase("new"),
    isEnabled: () => true,
    async execute({ cwd } = {}) {
      const kernelName = app.serviceManager.kernelspecs.specs?.default;
      const panel = await commands.execute("notebook:create-new", { cwd, kernelName });
      await Promise.all([panel.context.ready, panel.sessionContext.ready]);
      await commands.execute("nbchat:panel");
    },
  });
  launcher.add({ command: "nbchat:new", category: "Notebook", rank: 90, kernelIconUrl: icon });
}
