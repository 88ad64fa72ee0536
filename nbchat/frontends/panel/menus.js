// A box above everything that closes by itself: Esc, a click elsewhere, or a choice.
function popover(panel, anchor, label, ...content) {
  const toggle = ({ newState }) => newState === "closed" && box.remove();
  const box = h("div.pop", { popover: "auto", role: "dialog", "aria-label": label, toggle }, ...content);
  panel.root.append(box);
  box.showPopover({ source: anchor }); // the source is where it opens, and what says that it is open
  box.querySelector("input,button,textarea").focus();
  return box;
}

// Entries are [text, what to do, note].
function menu(panel, anchor, label, entries) {
  const box = popover(panel, anchor, label, ...entries.map(([text, act, note]) => {
    const entry = button(".entry", text, () => { box.hidePopover(); act(); });
    entry.append(h("small", null, note ?? ""));
    return entry;
  }));
}

// A list to choose from; the focus stays in the field that drives it. Rows are [value, note, …].
class Choices {
  constructor(field, label, pick) {
    this.field = field;
    this.pick = pick;
    this.node = h("ul.choices", { role: "listbox", id: `nbp-${newId()}`, "aria-label": label, mousedown: (event) => event.preventDefault() });
    field.setAttribute("aria-controls", this.node.id);
  }
  fill(rows) {
    this.rows = rows;
    put(this.node, ...rows.map(([value, ...notes], i) =>
      h("li", { role: "option", id: `${this.node.id}-${i}`, click: () => this.pick(value) }, h("span", null, value), ...notes.map((note) => h("small", null, note)))));
    this.at = 0;
    this.move(0);
  }
  move(step) {
    const count = this.rows.length;
    this.at = count && (this.at + step + count) % count;
    [...this.node.children].forEach((item, i) => item.setAttribute("aria-selected", i === this.at));
    const item = this.node.children[this.at];
    item?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", item?.id ?? "");
    return true;
  }
  choose() {
    if (this.rows[this.at]) this.pick(this.rows[this.at][0]);
    return true;
  }
}

async function pickModel(panel, anchor) {
  const { rows } = (await panel.request("models")) ?? { rows: [] };
  const label = t("findModel");
  const field = h("input", { role: "combobox", "aria-expanded": "true", "aria-label": label, placeholder: label });
  const choices = new Choices(field, t("model"), (model) => { box.hidePopover(); panel.send({ k: "choose", model }); });
  const filter = () => {
    const typed = field.value.toLowerCase();
    const found = rows.filter((row) => typed.split(/\s+/).every((word) => row.join(" ").toLowerCase().includes(word)));
    const begins = ([id]) => (id.startsWith(typed) ? id.length : 999); // the nearest name first
    if (typed) found.sort((one, other) => begins(one) - begins(other));
    choices.fill(/^\S+:\S+$/.test(typed) ? [[field.value, ""], ...found] : found);
  };
  field.addEventListener("input", filter);
  onKeys(field, { ArrowDown: () => choices.move(1), ArrowUp: () => choices.move(-1), Enter: () => choices.choose() });
  filter();
  const box = popover(panel, anchor, t("model"), field, choices.node);
}

function openSettings(panel, anchor) {
  const { now } = panel;
  const number = (name, limits) => h("input", { type: "number", value: now[name], placeholder: t("byModel"), change: save, ...limits });
  const valid = (field) => (field.value && field.validity.valid ? +field.value : null);
  const temperature = number("temperature", { min: 0, max: 2, step: 0.1 });
  const tokens = number("max_tokens", { min: 1 });
  const system = h("textarea", { rows: 4, change: save }, now.system);
  const ctrl = h("input", { type: "checkbox", checked: ctrlSends(), change: () => ctrlSends(ctrl.checked) });
  function save() {
    panel.send({ k: "choose", system: system.value, temperature: valid(temperature), max_tokens: valid(tokens) });
  }
  const fields = { temperature, tokens, system, ctrl };
  popover(panel, anchor, t("settings"), ...Object.keys(fields).map((name) => h("label", null, t(name), fields[name])));
}

// A habit of the person, so it stays in the browser, where the browser lets it.
function ctrlSends(value) {
  try {
    if (value !== undefined) localStorage.nbchatCtrl = value ? "1" : "";
    return Boolean(localStorage.nbchatCtrl);
  } catch {
    return false;
  }
}
