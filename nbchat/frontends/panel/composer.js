// Where a question is written, with what goes along.
class Composer {
  constructor(panel) {
    Object.assign(this, { panel, names: [], images: [], returned: [] });
    this.area = h("textarea", { rows: 1, dir: "auto", "aria-label": t("placeholder"), "aria-autocomplete": "list", input: () => this.typed(), blur: () => this.hide() });
    this.choices = new Choices(this.area, t("variable"), (name) => this.take(name));
    this.chips = h("div.chips");
    this.file = h("input.file", { type: "file", accept: "image/*", multiple: true, hidden: true, change: () => this.add(this.file.files) });
    this.model = button(".pick", "", () => pickModel(panel, this.model), { title: t("model"), dir: "auto" });
    this.think = h("select.pick", { "aria-label": t("think"), change: () => panel.send({ k: "choose", thinking: this.think.value }) },
      ...OPTIONS.thinking.map((value) => h("option", { value }, t("thinkingIs", t(value || "auto")))));
    this.go = button("", "", ({ detail }) => this.pressed(detail));
    const image = button("", "+", () => this.file.click(), { title: t("image") });
    const variable = button("", "@", () => this.at(), { title: t("variable") });
    const row = h("div.row", null, image, variable, this.model, this.think, this.go, this.file);
    this.node = h("div.comp", {
      paste: (event) => this.drop(event, event.clipboardData),
      drop: (event) => this.drop(event, event.dataTransfer),
      dragover: (event) => event.preventDefault(),
    }, this.choices.node, this.chips, this.area, row);
    this.hide();
    this.listen();
  }

  listen() {
    const { choices } = this;
    const listed = (act, or) => (event) => (choices.node.hidden ? or(event) : act());
    onKeys(this.area, {
      Enter: listed(() => choices.choose(), (event) => this.enter(event)),
      Tab: listed(() => choices.choose(), () => false),
      Escape: listed(() => this.hide(), () => this.escape()),
      ArrowUp: listed(() => choices.move(-1), () => this.recall(1)),
      ArrowDown: listed(() => choices.move(1), () => this.recall(-1)),
    });
  }

  // The second half of a double click on Stop is not a Send.
  pressed(clicks) {
    if (clicks > 1) return;
    if (this.panel.busy) this.panel.stop();
    else this.send();
    this.area.focus();
  }

  enter({ shiftKey, ctrlKey, metaKey }) {
    if (ctrlSends() ? !(ctrlKey || metaKey) : shiftKey) return false;
    this.send();
    return true;
  }

  escape() {
    if (this.instead) this.replace(null);
    else if (this.panel.busy) this.panel.stop();
    return true;
  }

  send() {
    const { panel, names, images, instead } = this;
    const s = this.area.value;
    if (this.adding) return this.adding.then(() => this.send());
    if (!(s.trim() || images.length || names.length) || panel.gone) return;
    if (panel.now.queued != null || (instead && panel.busy)) return panel.say(t("busy"), true);
    if (instead) panel.again(instead, s);
    else panel.ask({ s, names, images });
    Object.assign(this, { names: [], images: [], instead: null, recalled: 0 });
    this.write("");
    this.show();
  }

  write(text) {
    this.area.value = text;
    this.grow();
  }

  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight}px`;
  }

  // A question that was not asked after all: back into the field, or to be recalled where something else has been typed.
  back({ s, names = [], images = [] }) {
    if (this.area.value || this.names.length || this.images.length) return this.keep(s);
    this.write(s);
    Object.assign(this, { names, images });
    this.show();
  }

  keep(s) {
    this.returned.push({ s, at: this.panel.shown.length });
  }

  // Write a question of before anew; null to leave it.
  replace(turn) {
    this.instead = turn;
    this.write(turn?.q.s ?? "");
    this.show();
    this.area.focus();
  }

  // Up in an empty field brings the last question back, again the one before.
  recall(step) {
    const asked = this.panel.shown.map((turn) => turn.q.s);
    for (const { s, at } of this.returned.toReversed()) asked.splice(at, 0, s);
    const at = this.recalled ?? 0;
    if (this.area.value !== (asked.at(-at) ?? "") && (at || this.area.value)) return false;
    const next = at + step;
    if (next < 0 || next > asked.length) return false;
    this.recalled = next;
    this.write(next ? asked.at(-next) : "");
    return true;
  }

  // --- variables
  async typed() {
    this.grow();
    const before = this.area.value.slice(0, this.area.selectionStart);
    const at = /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}_]*)$/u.exec(before);
    this.hide();
    if (!at) return;
    this.wanted = at[1];
    const found = await this.panel.request("names", { s: at[1] });
    if (found?.s !== this.wanted || !found.rows.length) return;
    this.choices.node.hidden = false;
    this.choices.fill(found.rows);
  }

  hide() {
    this.wanted = null;
    this.choices.node.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
    return true;
  }

  async take(name) {
    const end = this.area.selectionStart;
    this.area.setRangeText(name, this.area.value.lastIndexOf("@", end - 1), end, "end");
    this.hide();
    if (this.names.some((one) => one.name === name)) return;
    const one = { name, label: name };
    this.names.push(one);
    this.show();
    Object.assign(one, await this.panel.request("peek", { name }));
    this.show();
  }

  at() {
    const end = this.area.selectionEnd;
    this.area.focus();
    this.area.setRangeText(/\S$/.test(this.area.value.slice(0, end)) ? " @" : "@", end, end, "end");
    this.typed();
  }

  // --- images
  drop(event, data) {
    if (!data.files.length) return;
    event.preventDefault(); // a file that is dropped on a page replaces the page
    this.add(data.files);
  }

  async add(files) {
    this.adding = addImages(this.images, [...files]);
    const trouble = await this.adding;
    this.adding = null;
    if (trouble) this.panel.say(t(trouble), true);
    this.file.value = "";
    this.show();
    this.area.focus();
  }

  // --- what it shows
  show() {
    const { panel } = this;
    const { now, busy } = panel;
    const along = JSON.stringify([this.names, this.images, now.queued, this.instead?.id]);
    if (along !== this.along) this.showAlong();
    this.along = along;
    this.model.textContent = now.model ?? "";
    this.think.value = now.thinking ?? "";
    this.go.textContent = t(busy ? "stop" : "send");
    this.go.className = busy ? "nbp-stop" : "nbp-send";
    this.area.placeholder = t(busy ? "queueHint" : "placeholder");
  }

  // The chips above the field: what goes along, what waits, what is replaced. One that is open stays so.
  showAlong() {
    const { panel, names, images } = this;
    const { now } = panel;
    const chip = (label, name, remove) => h("span.chip", null, label, button("", "×", remove, { "aria-label": t("remove", name) }));
    const listed = (list, one, label) => chip(label, one.name, () => { list.splice(list.indexOf(one), 1); this.show(); this.area.focus(); });
    const chips = [
      ...names.map((one) => listed(names, one, attachment([one.label, one.s]))),
      ...images.map((one) => listed(images, one, h("img", { src: one.url, alt: one.name }))),
    ];
    if (now.queued != null) chips.push(chip(t("queued", short(now.queued)), now.queued, () => panel.send({ k: "unqueue" })));
    if (this.instead) chips.push(chip(t("editing", short(this.instead.q.s)), t("edit"), () => this.replace(null)));
    put(this.chips, ...chips);
  }
}
