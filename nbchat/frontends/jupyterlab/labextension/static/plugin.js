// The plugin: it waits for notebooks, and gives every code cell in them what belongs to it.

import { besideNotebooks } from "./beside.js";
import { afterPause, element, workOn } from "./cells.js";
import { addCommands } from "./commands.js";
import { linkTo } from "./link.js";
import { dressOutputs } from "./outputs.js";
import { proposalsFor } from "./proposal.js";
import { proseFor } from "./prose.js";

// What it goes without where a package is missing or broken, and what it takes of each.
// A name with an I may be switched off.
const PACKAGES = {
  "@jupyterlab/translation": "ITranslator",
  "@jupyterlab/application": "ILayoutRestorer",
  "@jupyterlab/apputils": "ICommandPalette",
  "@jupyterlab/mainmenu": "IMainMenu",
  "@jupyterlab/launcher": "ILauncher",
  "@lumino/widgets": "",
};

const PAUSE = 1000; // milliseconds after a cell has run, before the next one is asked for by itself

/**
 * @param {(name: string) => Promise<any>} shared  a package of JupyterLab
 * @returns {Promise<LabPlugin>}
 */
export async function makePlugin(shared) {
  const [{ INotebookTracker, NotebookActions }, state, view] = await Promise.all(
    ["@jupyterlab/notebook", "@codemirror/state", "@codemirror/view"].map(shared),
  );
  const words = await (await fetch(new URL("words.json", import.meta.url))).json();
  const packages = await Promise.all(
    Object.keys(PACKAGES).map((name) =>
      shared(name).catch((error) => console.warn(`nbchat goes without ${name}:`, error)),
    ),
  );
  const [, , apputils, , , widgets] = packages;
  // Where there is no such package, something that nobody provides.
  const tokens = Object.values(PACKAGES).map((token, place) => packages[place]?.[token] ?? {});

  return {
    id: "nbchat:extension",
    autoStart: true,
    optional: [INotebookTracker, ...tokens],
    activate(app, tracker, translator, restorer, ...places) {
      if (!tracker) return;
      const { href } = new URL("style.css", import.meta.url);
      document.head.append(element("link", { rel: "stylesheet", href }));
      // Of who has JupyterLab or the browser in Chinese. The kernel may have been told otherwise.
      const language = /\bzh/.test(`${translator?.languageCode} ${navigator.language}`)
        ? "zh"
        : "en";
      let table = words[language];
      const phrase = (/** @type {string} */ name) => table[name] ?? name;
      /** @type {Lab} */
      const lab = { app, tracker, phrase, apputils, ...workOn(phrase, NotebookActions) };
      const prose = proseFor(state, view);
      const beside = widgets && besideNotebooks(lab, widgets, restorer);
      const propose = proposalsFor(prose.mark, view, lab);
      /** @type {WeakSet<CodeCell>} */
      const dressed = new WeakSet();
      const watch = (/** @type {NotebookPanel} */ panel) => {
        const kernel = linkTo(panel);
        kernel.onChange(async () => {
          const told = await kernel.request({ kind: "language", language });
          const said = told && words[told.language];
          if (said && said !== table) speak(said);
        }, panel);
        beside?.watch(panel, kernel);
        // The kernel answers where the settings say so.
        const next = () => kernel.isOpen && !panel.isDisposed && propose(panel, kernel, true);
        kernel.onChange(afterPause(next, PAUSE), panel);
        const dress = () => {
          for (const cell of panel.content.widgets) {
            if (cell.model.type !== "code" || dressed.has(cell)) continue;
            dressed.add(cell);
            prose.dress(cell, kernel);
            dressOutputs(lab, panel, cell, kernel);
          }
        };
        panel.content.model?.cells.changed.connect(dress, panel);
        dress();
      };
      const menu = addCommands(lab, beside, propose, widgets, ...places);
      const speak = (/** @type {Record<string, string>} */ said) => {
        table = said;
        if (menu) menu.title.label = phrase("menu");
        beside?.draw();
        // They are made again as they are missed.
        for (const one of document.querySelectorAll(".nbchat-acts")) one.remove();
      };
      speak(table);
      tracker.forEach(watch);
      tracker.widgetAdded.connect((_, panel) => watch(panel));
    },
  };
}
