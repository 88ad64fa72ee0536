// Commands, for the palette and a menu of their own.

/**
 * @param {Lab} lab
 * @param {WeakMap<NotebookPanel, KernelLink>} kernels
 * @param {{ palette: Palette | null, mainMenu: MainMenu | null, shared: (name: string) => Promise<any> }} places
 *   where they are offered, as far as JupyterLab has them
 */
export async function addCommands(lab, kernels, { palette, mainMenu, shared }) {
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
        if (await load(lab, panel, kernels.get(panel))) await act(lab, panel);
      },
    });
    palette?.addItem({ command: id, category: lab.phrase("menu") });
  }
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

/** @type {{ name: string, act: (lab: Lab, panel: NotebookPanel) => unknown }[]} */
const COMMANDS = [
  {
    name: "ask",
    async act(lab, { content }) {
      const source = "%%chat --above 1\n";
      const cell = lab.insertBelow({ content }, content.activeCell, source);
      await cell.ready;
      content.activate();
      content.mode = "edit";
      cell.editor?.setCursorPosition({ line: 1, column: 0 });
    },
  },
  { name: "fix", act: runLine("%chat fix") },
  { name: "explain", act: runLine("%chat explain") },
  { name: "panel", act: runLine("%chat panel") },
];

/** @param {string} line */
function runLine(line) {
  return (/** @type {Lab} */ lab, /** @type {NotebookPanel} */ panel) => {
    lab.insertBelow(panel, panel.content.activeCell, line);
    return lab.run(panel);
  };
}
