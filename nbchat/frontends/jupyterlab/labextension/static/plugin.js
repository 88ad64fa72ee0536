// The plugin: it waits for notebooks, and gives every code cell in them what belongs to it.

import { besideNotebooks } from "./beside.js";
import { dressBlocks } from "./blocks.js";
import { workOn } from "./cells.js";
import { addCommands } from "./commands.js";
import { dressOutputs } from "./errors.js";
import { linkTo } from "./link.js";
import { proposalsFor, proposeByItself } from "./proposal.js";
import { proseFor } from "./prose.js";

// Of what a person may have switched off, by package.
const TOKENS = {
  translation: "ITranslator",
  apputils: "ICommandPalette",
  mainmenu: "IMainMenu",
  launcher: "ILauncher",
  application: "ILayoutRestorer",
};

/**
 * @param {(name: string) => Promise<any>} shared  a package of JupyterLab
 * @returns {Promise<LabPlugin>}
 */
export async function makePlugin(shared) {
  const [notebook, state, view] = await Promise.all(
    ["@jupyterlab/notebook", "@codemirror/state", "@codemirror/view"].map(shared),
  );
  const words = await (await fetch(ownFile("words.json"))).json();
  const tokens = await optionalTokens(shared);
  const widgets = await optional(shared, "@lumino/widgets", "its menu and its sidebar");

  return {
    id: "nbchat:extension",
    autoStart: true,
    optional: [notebook.INotebookTracker, ...tokens],
    activate(app, tracker, translator, palette, mainMenu, launcher, restorer) {
      if (!tracker) return;
      addStyle(ownFile("style.css"));
      const phrase = phrases(words, translator?.languageCode ?? "en");
      /** @type {Lab} */
      const lab = { app, tracker, ...workOn(phrase, notebook.NotebookActions), phrase };
      const questions = proseFor(state, view, lab);
      const beside = widgets && besideNotebooks(lab, widgets, restorer);
      const propose = proposalsFor(state, view, lab);
      watchNotebooks(tracker, (panel) => {
        const kernel = linkTo(panel);
        beside?.watch(panel, kernel);
        proposeByItself(panel, kernel, propose);
        return (cell) => {
          questions.dress(cell, kernel);
          dressBlocks(lab, panel, cell);
          dressOutputs(lab, panel, cell, kernel);
        };
      });
      addCommands(lab, beside, propose, { palette, mainMenu, launcher, widgets });
    },
  };
}

/**
 * The tokens; a stand-in for those that are not there.
 *
 * @param {(name: string) => Promise<any>} shared
 */
async function optionalTokens(shared) {
  const { Token } = await shared("@lumino/coreutils");
  const found = Object.entries(TOKENS).map(async ([name, token]) => {
    const missing = new Token(`nbchat:no-${token}`);
    return (await optional(shared, `@jupyterlab/${name}`, token))?.[token] ?? missing;
  });
  return Promise.all(found);
}

/**
 * @param {(name: string) => Promise<any>} shared
 * @param {string} name
 * @param {string} what  is missed where the package is missing or broken
 */
async function optional(shared, name, what) {
  try {
    return await shared(name);
  } catch (error) {
    console.warn(`nbchat goes without ${what}:`, error);
    return null;
  }
}

/**
 * The address of a file that lies beside this one.
 *
 * @param {string} name
 */
function ownFile(name) {
  return new URL(name, import.meta.url).href;
}

/** @param {string} address */
function addStyle(address) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  document.head.append(link);
}

/**
 * @param {Record<string, Record<string, string>>} words  by language and by name
 * @param {string} locale  "en", "zh_CN", "zh-CN", "default"
 * @returns {Phrase}
 */
function phrases(words, locale) {
  const table = { ...words.en, ...words[locale.slice(0, 2)] };
  return (name) => table[name] ?? name;
}

/**
 * Calls for every code cell of every notebook, once, whenever it was opened or made.
 *
 * @param {Tracker} tracker
 * @param {(panel: NotebookPanel) => (cell: CodeCell) => void} open  called once for a notebook
 */
function watchNotebooks(tracker, open) {
  /** @type {WeakSet<NotebookPanel | CodeCell>} */
  const seen = new WeakSet();
  const watch = (/** @type {NotebookPanel} */ panel) => {
    if (seen.has(panel)) return;
    seen.add(panel);
    const take = open(panel);
    const { content } = panel;
    const look = () => {
      for (const cell of content.widgets) {
        if (cell.model.type !== "code" || seen.has(cell)) continue;
        seen.add(cell);
        take(cell);
      }
    };
    const follow = () => {
      content.model?.cells.changed.connect(look);
      look();
    };
    content.modelChanged.connect(follow);
    follow();
  };
  tracker.forEach(watch);
  tracker.widgetAdded.connect((_, panel) => watch(panel));
}
