// One view of the panel. Python has the transcript; this pulls what it lacks and shows what it is told.
const STICKY = 24; // pixels from the end that still count as the end
const FOLD = 200; // turns that are shown at once

class Panel {
  constructor(model, el) {
    const words = model.get("_words");
    const spoken = { ...words.en, ...words[navigator.language.slice(0, 2)] };
    t = (word, ...values) => (spoken[word] ?? word).replace(/\{(\d)\}/g, (_, n) => values[n]);
    Object.assign(this, { model, shown: [], view: newId(), turns: new Map(), pictures: new Map(), waiting: {}, branch: [], now: {}, limit: FOLD, pinned: true });
    this.build(el);
    this.heard = (message, buffers) => {
      this.waiting[message.k]?.(message);
      this[`on_${message.k}`]?.(message, buffers);
    };
    model.on("msg:custom", this.heard);
    this.send({ k: "sync", view: this.view });
  }

  build(el) {
    this.title = h("h2", null, t("panel"));
    const talks = button("", t("history"), () => this.talks(talks));
    const more = button("", "⋯", () => this.more(more), { "aria-label": t("more") });
    this.earlier = button(".quiet", t("earlier"), () => { this.limit += FOLD; this.arrange(); });
    this.empty = h("p.empty", null, t("empty"));
    this.list = h("div");
    this.log = h("div.log", { role: "log", "aria-live": "off", "aria-label": t("log"), tabindex: 0 }, this.earlier, this.empty, this.list);
    this.jump = button(".jump", t("latest"), () => { this.pin(); this.composer.area.focus(); }, { hidden: true });
    this.status = h("p.sr", { role: "status" });
    this.toast = h("p.toast", { role: "alert", hidden: true });
    this.composer = new Composer(this);
    this.root = h("section.root", { "aria-label": t("panel"), "data-lm-suppress-shortcuts": "true" },
      h("header", null, this.title, talks, button("", t("fresh"), () => this.send({ k: "talk" })), more),
      this.log, this.toast, this.composer.node, this.status);
    // What is typed here is not a notebook command.
    for (const kind of ["keydown", "keypress", "keyup", "paste"]) this.root.addEventListener(kind, (event) => event.stopPropagation());
    this.composer.node.append(this.jump);
    this.watchScroll();
    this.composer.show();
    el.append(this.root);
  }

  close() {
    this.model.off("msg:custom", this.heard);
    this.sizes.disconnect();
    this.forget(() => true);
    this.send({ k: "bye", view: this.view });
  }

  send(message, buffers) {
    this.model.send(message, undefined, buffers);
  }

  // Ask Python for something; undefined where no answer comes, because the kernel is busy.
  request(k, facts = {}) {
    return new Promise((done) => {
      this.waiting[k] = (answer) => Object.keys(facts).every((name) => facts[name] === answer[name]) && done(answer);
      setTimeout(done, 3000);
      this.send({ k, ...facts });
    });
  }

  // --- what Python says
  on_file(message) { download(message); }
  on_note({ kind, s }) { this.arrived(); this.say(`${kind}: ${s}`, true); }

  // A question that was not asked after all comes back, unless something else has been typed.
  on_back({ s }) {
    this.arrived();
    if (!this.composer.area.value) this.composer.write(s);
  }

  on_now(message) {
    this.now = message;
    if (message.queued != null) this.arrived();
    this.composer.show();
  }

  on_state({ name, title, ids, live, failed }) {
    if (name !== this.name) this.forget(() => true);
    this.name = name;
    this.title.textContent = title;
    this.branch = ids;
    this.forget((turn) => (turn.live && !live.includes(turn.id)) || (turn.failed && !failed.includes(turn.id)));
    this.arrange();
    this.composer.show();
  }

  on_open(message) {
    this.arrived();
    const end = this.branch.findIndex(([id]) => id === message.after);
    if (end >= 0 || !message.after) this.branch = this.branch.slice(0, end + 1);
    this.forget((turn) => turn.id === message.id);
    this.keep(() => { this.view_of(message.id).start(message); this.arrange(); });
    this.composer.show();
  }

  on_d(message) {
    this.keep(() => this.turns.get(message.id)?.delta(message) || this.want([message.id]));
  }

  on_end(message) {
    const turn = this.turns.get(message.id);
    if (!turn || (turn.seq !== message.seq && message.html === undefined)) return this.want([message.id]);
    this.keep(() => turn.finish(message));
    this.say(message.stop[0] === "interrupted" ? t("stopped") : t("done", message.words.toLocaleString()));
    this.composer.show();
  }

  on_err(message) {
    const turn = this.view_of(message.id);
    turn.failed = true;
    this.keep(() => turn.fail(message));
  }

  on_rows({ rows }) {
    this.keep(() => {
      for (const row of rows) this.view_of(row.id).finish(row);
      this.arrange();
    });
  }

  on_picture({ id, n, type }, [data]) {
    const url = URL.createObjectURL(new Blob([data], { type }));
    this.pictures.set(`${id}/${n}`, url);
    this.keep(() => { this.view_of(id).images[n].src = url; });
  }

  want(ids) {
    this.send({ k: "want", ids });
  }

  // --- the transcript
  get busy() {
    return Boolean(this.sent) || [...this.turns.values()].some((turn) => turn.live);
  }

  view_of(id) {
    if (!this.turns.has(id)) this.turns.set(id, new TurnView(this, id));
    return this.turns.get(id);
  }

  forget(which) {
    for (const [id, turn] of this.turns) if (which(turn)) { turn.quiet(); this.turns.delete(id); }
  }

  // Puts the turns of the branch in order and asks for those that are not there, the newest first.
  arrange() {
    const shown = this.branch.slice(-this.limit);
    const places = new Map(shown.map(([id, ...place]) => [id, place]));
    const after = [...this.turns.values()].filter((turn) => (turn.live || turn.failed) && !places.has(turn.id));
    this.shown = [...shown.map(([id]) => this.turns.get(id)).filter(Boolean), ...after];
    const { list } = this;
    const nodes = this.shown.map((turn) => turn.node);
    for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
    nodes.forEach((node, i) => list.children[i] === node || list.insertBefore(node, list.children[i] ?? null));
    for (const [id, place] of places) this.turns.get(id)?.place(...place);
    this.earlier.hidden = shown.length === this.branch.length;
    this.empty.hidden = nodes.length || this.branch.length;
    const missing = [...places.keys()].filter((id) => !this.turns.has(id));
    if (missing.length) this.want(missing.slice(-40));
    this.follow();
  }

  // --- asking
  async ask(s, att, images) {
    const rid = this.expect();
    const buffers = await Promise.all(images.map(({ blob }) => blob.arrayBuffer()));
    this.send({ k: "send", rid, s, att, img: images.map(({ name }) => name) }, buffers);
  }

  again(turn, s) {
    if (!this.busy) this.send({ k: "again", rid: this.expect(), id: turn.id, ...(s && { s }) });
  }

  // From here on there is something to stop, though the kernel has not heard of it yet.
  expect() {
    this.sent = newId();
    this.patience = setTimeout(() => this.say(t("silent"), true), 4000);
    this.pin();
    this.composer.show();
    return this.sent;
  }

  arrived() {
    clearTimeout(this.patience);
    this.sent = null;
    this.composer.show();
  }

  stop() {
    this.send({ k: "stop" });
    this.arrived();
  }

  // --- menus
  talks(anchor) {
    menu(this, anchor, t("history"), (this.now.talks ?? []).map(([name, title, count]) =>
      [short(title || name), () => this.send({ k: "talk", name }), t("turns", count)]));
  }

  more(anchor) {
    menu(this, anchor, t("more"), [
      [t("settings"), () => openSettings(this, anchor)],
      ...["undo", "redo", "reset"].map((how) => [t(how), () => this.send({ k: "move", how })]),
      ...["md", "html", "ipynb", "json"].map((fmt) => [t("export", fmt), () => this.send({ k: "export", fmt })]),
    ]);
  }

  // --- copying
  async copyAnswer(turn, anchor) {
    const source = await this.request("copy", { id: turn.id });
    this.copied(anchor, source?.s ?? turn.answer.innerText);
  }

  async copied(anchor, text, words = "copied") {
    await toClipboard(text);
    this.flash(anchor, words);
  }

  insert(anchor, code) {
    const source = code.replace(/\n$/, "");
    if (insertCell(this, source)) this.flash(anchor, "inserted");
    else this.copied(anchor, source, "clipboard");
  }

  flash(anchor, words) {
    const label = (anchor.dataset.label ??= anchor.textContent);
    anchor.textContent = t(words);
    this.say(t(words));
    setTimeout(() => (anchor.textContent = label), 1600);
  }

  say(words, loud) {
    const place = loud ? this.toast : this.status;
    place.textContent = words;
    place.hidden = false;
    if (loud) setTimeout(() => (place.hidden = true), 9999);
  }

  // --- scrolling: what is at the end stays at the end, what is being read stays where it is
  watchScroll() {
    let top = 0;
    this.log.addEventListener("scroll", () => {
      const up = this.log.scrollTop < top - 1;
      top = this.log.scrollTop;
      this.pinned = this.gap < STICKY || (this.pinned && !up);
      this.jump.hidden = this.pinned;
    });
    this.sizes = new ResizeObserver(() => this.follow());
    this.sizes.observe(this.list);
    this.sizes.observe(this.log);
  }

  get gap() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
  }

  keep(change) {
    this.pinned ||= this.gap < STICKY;
    change();
    this.follow();
  }

  follow() {
    if (this.pinned) this.log.scrollTop = this.log.scrollHeight;
    this.jump.hidden = this.pinned;
  }

  pin() {
    this.pinned = true;
    this.follow();
  }
}

export default {
  render({ model, el }) {
    const panel = new Panel(model, el);
    return () => panel.close();
  },
};
