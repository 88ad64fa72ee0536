// A box above everything that closes by itself: Esc, a click elsewhere, or a choice.
function popover(panel, anchor, label, ...content) {
  const toggle = ({ newState }) => newState === "closed" && box.remove();
  const box = h("div.pop", { popover: "auto", role: "dialog", "aria-label": label, toggle }, ...content);
  panel.root.append(box);
  // The source is where it opens, what says that it is open, and where the focus returns to.
  box.showPopover({ source: anchor });
  box.querySelector("input,button,textarea").focus();
  return box;
}

// Entries are [text, what to do, note]. The arrows go through them, as Tab does.
function menu(panel, anchor, label, entries) {
  const box = popover(panel, anchor, label, ...entries.map(([text, act, note]) => {
    const entry = button(".entry", "", () => { box.hidePopover(); act(); });
    entry.append(h("span", { dir: "auto" }, text), h("small", null, note ?? ""));
    return entry;
  }));
  const step = (by) => {
    const all = [...box.children];
    all.at((all.indexOf(document.activeElement) + by) % all.length).focus();
    return true;
  };
  onKeys(box, { ArrowDown: () => step(1), ArrowUp: () => step(-1) });
}

// A list to choose from; the focus stays in the field that drives it. Rows are [value, note, …].
class Choices {
  constructor(field, label, pick) {
    this.field = field;
    this.pick = pick;
    this.node = h("ul.choices", { role: "listbox", id: `nbp-${newId()}`, "aria-label": label, mousedown: (event) => event.preventDefault() });
    field.setAttribute("aria-controls", this.node.id);
  }
  fill(rows, at = 0) {
    this.rows = rows;
    put(this.node, ...rows.map(([value, ...notes], i) =>
      h("li", { role: "option", id: `${this.node.id}-${i}`, click: () => this.pick(value), mousemove: () => i !== this.at && this.mark(i) }, h("span", null, value), ...notes.map((note) => h("small", null, note)))));
    this.at = Math.max(0, at);
    this.move(0);
  }
  move(step) {
    const last = this.rows.length - 1;
    const to = this.at + step;
    // One step goes round the ends, a page stops there.
    this.mark(Math.abs(step) > 1 ? Math.min(Math.max(to, 0), last) : to < 0 ? last : to > last ? 0 : to);
    this.node.children[this.at]?.scrollIntoView({ block: "nearest" });
    return true;
  }
  mark(at) {
    this.at = at;
    [...this.node.children].forEach((item, i) => item.setAttribute("aria-selected", i === at));
    this.field.setAttribute("aria-activedescendant", this.node.children[at]?.id ?? "");
  }
  choose() {
    if (this.rows[this.at]) this.pick(this.rows[this.at][0]);
    return true;
  }
}

async function pickModel(panel, anchor) {
  const found = (await panel.request("models"))?.rows ?? [];
  const rows = found.map(([id, provider, word, value]) => [id, provider, word && t(word, value)]);
  const label = t("findModel");
  const field = h("input", { role: "combobox", "aria-expanded": "true", "aria-label": label, placeholder: label });
  const choices = new Choices(field, t("model"), (model) => { box.hidePopover(); panel.send({ k: "choose", model }); });
  const filter = () => {
    const typed = field.value.trim().toLowerCase();
    const found = rows.filter((row) => typed.split(/\s+/).every((word) => row.join(" ").toLowerCase().includes(word)));
    // The name itself, then what can be used, of that the shortest name that begins so.
    const rank = ([id, , note]) => (id === typed ? -1 : (note ? 1e3 : 0) + (id.startsWith(typed) ? id.length : 500));
    if (typed) found.sort((one, other) => rank(one) - rank(other));
    const named = /^\S+:\S+$/.test(typed) ? [[field.value.trim(), ""], ...found] : found;
    choices.fill(named, typed ? 0 : named.findIndex(([id]) => id === panel.now.model));
  };
  field.addEventListener("input", filter);
  onKeys(field, {
    ArrowDown: () => choices.move(1), ArrowUp: () => choices.move(-1),
    PageDown: () => choices.move(8), PageUp: () => choices.move(-8),
    Enter: () => choices.choose(),
  });
  const box = popover(panel, anchor, t("model"), field, choices.node);
  filter();
}

async function openTalks(panel, anchor) {
  const found = (await panel.request("talks"))?.rows ?? [];
  const day = (seconds) => (seconds ? `, ${new Date(seconds * 1000).toLocaleDateString()}` : "");
  menu(panel, anchor, t("history"), found.map(([name, id, title, count, changed]) =>
    [short(title), () => { panel.send({ k: "talk", ...(name ? { name } : { id }) }); panel.focus(); },
      (name === panel.name ? "✓ " : "") + t(count === 1 ? "turn" : "turns", count) + day(changed)]));
}

function openMore(panel, anchor) {
  menu(panel, anchor, t("more"), [
    [t("settings"), () => openSettings(panel, anchor)],
    ...["undo", "redo", "reset"].map((how) => [t(how), () => panel.send({ k: "move", how })]),
    ...["md", "html", "ipynb", "json"].map((fmt) => [t("export", fmt), () => panel.send({ k: "export", fmt })]),
    [t("delete"), () => panel.say(t("forGood"), true, button("", t("delete"), () => { panel.toast.hidden = true; panel.send({ k: "move", how: "delete" }); }))],
  ]);
}

function openSettings(panel, anchor) {
  const { now } = panel;
  const number = (name, limits) => h("input", { type: "number", value: now[name], placeholder: t("byModel"), change: save, ...limits });
  const valid = (field) => (field.value && field.validity.valid ? +field.value : null);
  const temperature = number("temperature", { ...OPTIONS.temperature, step: 0.1 });
  const tokens = number("max_tokens", OPTIONS.max_tokens);
  const system = h("textarea", { rows: 4, dir: "auto", change: save }, now.system);
  const title = h("input", { value: panel.title.textContent, maxlength: 200, dir: "auto", change: () => panel.send({ k: "choose", title: title.value }) });
  const ctrl = h("input", { type: "checkbox", checked: ctrlSends(), change: () => ctrlSends(ctrl.checked) });
  function save() {
    panel.send({ k: "choose", system: system.value, temperature: valid(temperature), max_tokens: valid(tokens) });
  }
  const fields = { temperature, tokens, system, title, ctrl };
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
