// What the buttons of the panel open: models, conversations, more, settings.

/**
 * @param {Panel} panel
 * @param {HTMLElement} anchor
 */
async function pickModel(panel, anchor) {
  const found = (await panel.connection.request({ kind: "models" }))?.rows ?? [];
  const rows = found.map(([id, provider, word, value]) => [
    id,
    word && phrase(word, value),
    provider,
  ]);
  const { model = "" } = panel.now;
  if (model && !rows.some(([id]) => id === model)) rows.unshift([model, "", ""]);
  const label = phrase("findModel");
  const field = element("input", {
    role: "combobox",
    "aria-expanded": "true",
    "aria-label": label,
    placeholder: label,
  });
  const choices = new Choices(field, phrase("model"), (chosen) => {
    box.hidePopover();
    panel.connection.send({ kind: "choose", model: chosen });
  });
  choices.current = model;
  const filter = () => {
    const typed = field.value.trim();
    const fitting = matching(rows, typed.toLowerCase());
    const isNew = /^\S+:\S+$/.test(typed) && !fitting.some(([id]) => id === typed);
    const named = isNew ? [[typed, "", ""], ...fitting] : fitting;
    choices.fillGroups(named, typed ? 0 : named.findIndex(([id]) => id === model));
  };
  field.addEventListener("input", filter);
  onKeys(field, {
    ArrowDown: () => choices.move(1),
    ArrowUp: () => choices.move(-1),
    PageDown: () => choices.move(8),
    PageUp: () => choices.move(-8),
    Enter: () => choices.choose(),
  });
  const box = popover(panel, anchor, phrase("model"), field, choices.node);
  filter();
}

/**
 * The models that have all the words: the name itself, then what can be used, of that first what
 * begins so. Otherwise their order stays, and a provider's newest is its first.
 *
 * @param {string[][]} rows  id, what keeps it from being used, provider
 * @param {string} typed
 * @returns {string[][]}
 */
function matching(rows, typed) {
  if (!typed) return rows;
  const words = typed.split(/\s+/);
  /** @param {string[]} row */
  const rank = ([id, lacks]) => {
    const name = id.toLowerCase();
    if (name === typed) return -1;
    return (lacks ? 2 : 0) + (name.startsWith(typed) ? 0 : 1);
  };
  return rows
    .filter((row) => words.every((word) => row.join(" ").toLowerCase().includes(word)))
    .sort((one, other) => rank(one) - rank(other));
}

/**
 * @param {Panel} panel
 * @param {HTMLElement} anchor
 */
async function openTalks(panel, anchor) {
  const found = (await panel.connection.request({ kind: "talks" }))?.rows ?? [];
  /** @type {MenuEntry[]} */
  const entries = found.map(([name, id, title, count, changed, notebook]) => {
    const open = () => {
      panel.connection.send(name ? { kind: "talk", name } : { kind: "talk", id });
      panel.focus();
    };
    const shown = name === panel.name ? "✓ " : "";
    const turns = phrase(count === 1 ? "turn" : "turns", count);
    const date = new Date(changed * 1000);
    const time = changed
      ? date.toLocaleString(LOCALE, { dateStyle: "short", timeStyle: "short" })
      : "";
    return [short(title), open, time, shown + turns + (notebook ? ` · ${notebook}` : "")];
  });
  menu(panel, anchor, phrase("history"), entries);
}

/** @type {ToPython.Move["how"][]} */
const MOVES = ["undo", "redo", "reset"];
/** @type {ToPython.Export["format"][]} */
const FORMATS = ["md", "html", "ipynb", "json"];

/**
 * @param {Panel} panel
 * @param {HTMLElement} anchor
 */
function openMore(panel, anchor) {
  const { connection } = panel;
  /** @type {MenuEntry[]} */
  const moves = MOVES.map((how) => [phrase(how), () => connection.send({ kind: "move", how })]);
  /** @type {MenuEntry[]} */
  const exports = FORMATS.map((format) => {
    return [phrase("export", format), () => connection.send({ kind: "export", format })];
  });
  menu(panel, anchor, phrase("more"), [
    [phrase("settings"), () => openSettings(panel, anchor)],
    null,
    ...moves,
    null,
    ...exports,
    null,
    [phrase("delete"), () => askToDelete(panel)],
  ]);
}

/** @param {Panel} panel */
function askToDelete(panel) {
  const remove = button("", phrase("delete"), () => {
    panel.toast.hidden = true;
    panel.connection.send({ kind: "move", how: "delete" });
  });
  panel.warn(phrase("forGood"), remove);
}

/**
 * @param {Panel} panel
 * @param {HTMLElement} anchor
 */
function openSettings(panel, anchor) {
  const { now, connection } = panel;
  const change = () => {
    const chosen = Object.entries(numbers).map(([name, field]) => [name, numberIn(field)]);
    connection.send({ kind: "choose", system: system.value, ...Object.fromEntries(chosen) });
  };
  const rename = () => {
    connection.send({ kind: "choose", title: title.value });
  };
  const searches = () => {
    connection.send({ kind: "choose", search: search.checked });
  };
  const tools = () => {
    const chosen = OPTIONS.tools.filter((name) => ready[name].checked);
    connection.send({ kind: "choose", tools: chosen, plan: plan.checked });
  };
  const habit = () => {
    rememberCtrl(ctrl.checked);
  };
  const number = { type: "number", placeholder: phrase("byModel"), on: { change } };
  /** @type {Record<string, any>} */
  const current = now;
  /** @type {Record<string, HTMLInputElement>} */
  const numbers = {};
  for (const [name, range] of Object.entries(OPTIONS.numbers)) {
    numbers[name] = element("input", { ...number, ...range, value: current[name] });
  }
  const system = element("textarea", { rows: 4, dir: "auto", on: { change } }, now.system);
  const title = element("input", {
    value: panel.titled,
    maxlength: 200,
    dir: "auto",
    on: { change: rename },
  });
  const search = element("input", {
    type: "checkbox",
    checked: now.search,
    on: { change: searches },
  });
  /** @type {Record<string, HTMLInputElement>} */
  const ready = {};
  for (const name of OPTIONS.tools) {
    const checked = now.tools?.includes(name);
    ready[name] = element("input", { type: "checkbox", checked, on: { change: tools } });
  }
  const plan = element("input", { type: "checkbox", checked: now.plan, on: { change: tools } });
  const ctrl = element("input", {
    type: "checkbox",
    checked: ctrlSends(),
    on: { change: habit },
  });
  const fields = Object.entries({ ...numbers, system, search, ...ready, plan, title, ctrl });
  const labels = fields.map(([name, field]) => element("label", null, phrase(name), field));
  const head = element("h3", null, phrase("settings"));
  popover(panel, anchor, phrase("settings"), head, ...labels);
}

/**
 * @param {HTMLInputElement} field
 * @returns {number | null}  null for the model's own
 */
function numberIn(field) {
  return field.value && field.validity.valid ? Number(field.value) : null;
}

/**
 * Whether a question is sent with Ctrl+Enter: a habit of the person, so it stays in the browser,
 * where the browser lets it.
 *
 * @returns {boolean}
 */
function ctrlSends() {
  try {
    return Boolean(localStorage.nbchatCtrl);
  } catch {
    return false;
  }
}

/** @param {boolean} sends */
function rememberCtrl(sends) {
  try {
    localStorage.nbchatCtrl = sends ? "1" : "";
  } catch {
    // A browser that keeps nothing.
  }
}
