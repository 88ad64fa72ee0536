// Commands, for the palette and a menu of their own.

/**
 * @param {Lab} lab
 * @param {WeakMap<NotebookPanel, KernelLink>} kernels
 * @param {Propose} propose
 * @param {{ palette: Palette | null, mainMenu: MainMenu | null, shared: (name: string) => Promise<any> }} places
 *   where they are offered, as far as JupyterLab has them
 */
export async function addCommands(lab, kernels, propose, { palette, mainMenu, shared }) {
  const { commands } = lab.app;
  const ids = [];
  for (const { name, act } of COMMANDS) {
    const id = `nbchat:${name}`;
    ids.push(id);
    commands.addCommand(id, {
      label: lab.phrase(`command.${name}`),
      isEnabled: () => Boolean(lab.tracker.currentWidget),
      async execute() {
        const panel = lab.tracker.currentWidget;
        if (!panel) return;
        const kernel = kernels.get(panel);
        if (await load(lab, panel, kernel)) await act(lab, panel, kernel, propose);
      },
    });
    palette?.addItem({ command: id, category: lab.phrase("menu") });
  }
  const keys = ["Accel Alt Enter"];
  commands.addKeyBinding({ command: "nbchat:propose", keys, selector: ".jp-Notebook" });
  if (!mainMenu) return;
  try {
    const { Menu } = await shared("@lumino/widgets");
    const menu = new Menu({ commands });
    menu.id = "nbchat-menu";
    menu.title.label = lab.phrase("menu");
    for (const command of ids) menu.addItem({ command });
    mainMenu.addMenu(menu, true, { rank: 90 });
  } catch (error) {
    console.warn("nbchat goes without its menu:", error);
  }
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
  lab.insertBelow(panel, panel.content.activeCell, "%load_ext nbchat");
  return lab.run(panel);
}

/**
 * @typedef {(
 *   lab: Lab, panel: NotebookPanel, kernel: KernelLink | undefined, propose: Propose
 * ) => unknown} Act
 */

/** @type {{ name: string, act: Act }[]} */
const COMMANDS = [
  {
    name: "ask",
    act: (lab, panel) =>
      lab.edit(panel, lab.insertBelow(panel, panel.content.activeCell, "%%chat --above 1\n")),
  },
  { name: "fix", act: runLine("%chat fix") },
  { name: "explain", act: runLine("%chat explain") },
  { name: "panel", act: runLine("%chat panel") },
  { name: "propose", act: (_, panel, kernel, propose) => kernel && propose(panel, kernel) },
];

/** @param {string} line */
function runLine(line) {
  return (/** @type {Lab} */ lab, /** @type {NotebookPanel} */ panel) => {
    lab.insertBelow(panel, panel.content.activeCell, line);
    return lab.run(panel);
  };
}
