// One view of the panel. Python has the transcript; this pulls what it lacks and shows what it is told.
const FOLD = 200; // turns that are shown at once

class Panel {
  constructor(model, el) {
    Object.assign(this, { model, shown: [], view: newId(), turns: new Map(), pictures: new Map(), waiting: {}, mine: new Map(), branch: [], places: {}, now: {}, limit: FOLD });
    this.build(el);
    this.heard = (message, buffers) => {
      this.waiting[message.k]?.(message);
      this[`on_${message.k}`]?.(message, buffers);
    };
    this.lived = () => this.want([]); // where the kernel has gone, this fails
    model.on("msg:custom", this.heard);
    model.on("comm_live_update", this.lived);
    this.send({ k: "sync", view: this.view });
  }

  // Where a notebook's model can be reached: JupyterLab and Notebook.
  get notebook() {
    return this.model.widget_manager?.context?.model;
  }

  build(el) {
    this.title = h("h2", { dir: "auto" }, t("panel"));
    const talks = button("", t("history"), () => openTalks(this, talks));
    const more = button("", "⋯", () => openMore(this, more), { "aria-label": t("more") });
    this.earlier = button(".quiet", t("earlier"), () => { this.limit += FOLD; this.arrange(); });
    this.empty = h("p.empty", null, t("empty"));
    this.list = h("div");
    this.log = h("div.log", { role: "log", "aria-live": "off", "aria-label": t("log"), tabindex: 0 }, this.earlier, this.empty, this.list);
    this.jump = button(".jump", t("latest"), () => { this.scroll.pin(); this.focus(); }, { hidden: true });
    this.status = h("p.sr", { role: "status" });
    this.toast = h("div.toast", { role: "alert", hidden: true });
    this.composer = new Composer(this);
    this.root = h("section.root", { "aria-label": t("panel"), "data-lm-suppress-shortcuts": "true" },
      h("header", null, this.title, talks, button("", t("fresh"), () => { this.send({ k: "talk" }); this.focus(); }), more),
      this.log, this.toast, this.composer.node, this.status);
    // What is typed here is not a notebook command.
    for (const kind of ["keydown", "keypress", "keyup", "paste"]) this.root.addEventListener(kind, (event) => event.stopPropagation());
    onKeys(this.log, { Escape: () => this.busy && (this.stop(), true) });
    this.composer.node.append(this.jump);
    this.scroll = new Scroll(this.log, this.list, this.jump);
    this.composer.show();
    el.append(this.root);
  }

  close() {
    this.model.off("msg:custom", this.heard);
    this.model.off("comm_live_update", this.lived);
    this.scroll.close();
    this.forget(() => true);
    clearTimeout(this.patience);
    this.send({ k: "bye", view: this.view });
  }

  focus() {
    this.composer.area.focus({ preventScroll: true });
  }

  // --- talking to Python
  send(message, buffers) {
    try {
      this.model.send(message, undefined, buffers);
    } catch {
      this.lost();
    }
  }

  // Ask Python for something; undefined where no answer comes, because the kernel is busy.
  request(k, facts = {}) {
    return new Promise((done) => {
      this.waiting[k] = (answer) => Object.keys(facts).every((name) => facts[name] === answer[name]) && done(answer);
      setTimeout(done, 3000);
      this.send({ k, ...facts });
    });
  }

  want(ids) {
    this.send({ k: "want", ids });
  }

  // A kernel that is restarted forgets the panel; what is shown stays.
  lost() {
    if (this.gone) return;
    this.gone = true;
    for (const turn of this.turns.values()) turn.quiet();
    this.arrived(this.sent);
    this.say(t("gone"), true);
  }

  // --- what Python says
  on_file(message) { download(message); }
  on_note({ kind, s }) { this.say(`${kind}: ${s}`, true); }

  // Where the kernel has taken what this view has sent; from here on it is in the transcript, or in the queue.
  on_ack({ rid }) {
    if (rid === this.sent) this.arrived();
  }

  on_back({ rid }) {
    this.giveBack(rid);
  }

  on_now(message) {
    this.now = message;
    this.composer.show();
  }

  on_state({ name, title, ids, places, live, failed, copy }) {
    if (name !== this.name) this.forget(() => true);
    this.name = name;
    this.title.textContent = title;
    Object.assign(this, { branch: ids, places });
    for (const turn of this.turns.values()) if (turn.failed && !failed.includes(turn.id)) this.composer.keep(turn.q.s);
    this.forget((turn) => (turn.live && !live.includes(turn.id)) || (turn.failed && !failed.includes(turn.id)));
    this.scroll.keep(() => this.arrange());
    this.composer.show();
    clearTimeout(this.copying);
    this.copying = setTimeout(() => staleCopy(this, copy) && this.send({ k: "snapshot" }), 1000);
  }

  on_snapshot({ mark, data }) {
    const copy = staleCopy(this, mark);
    copy?.outputs.set(copy.at, { output_type: "display_data", data, metadata: {} });
  }

  on_open(message) {
    const end = this.branch.indexOf(message.after);
    if (end >= 0 || !message.after) this.branch = this.branch.slice(0, end + 1);
    this.forget((turn) => turn.id === message.id && !turn.live);
    this.scroll.keep(() => { this.view_of(message.id).start(message); this.arrange(); });
    this.composer.show();
  }

  // After a gap one request is enough: what comes then is whole.
  on_d(message) {
    this.scroll.keep(() => {
      if (this.turns.get(message.id)?.delta(message)) this.asked = null;
      else if (this.asked !== message.id) this.want([(this.asked = message.id)]);
    });
  }

  on_end(message) {
    const turn = this.turns.get(message.id);
    if (!turn || (turn.seq !== message.seq && message.html === undefined)) return this.want([message.id]);
    this.scroll.keep(() => turn.finish(message));
    this.say(message.stop[0] === "interrupted" ? t("stopped") : t("done", message.words.toLocaleString()));
    this.composer.show();
  }

  on_err(message) {
    this.scroll.keep(() => this.view_of(message.id).fail(message));
    this.composer.show();
  }

  async on_rows(_, [data]) {
    const rows = await inflated(data);
    this.scroll.keep(() => {
      for (const row of rows) if (this.branch.includes(row.id)) this.view_of(row.id).finish(row);
      this.arrange();
    });
  }

  on_picture({ id, n, type }, [data]) {
    const url = URL.createObjectURL(new Blob([data], { type }));
    this.pictures.set(`${id}/${n}`, url);
    this.scroll.keep(() => { const image = this.turns.get(id)?.images[n]; if (image) image.src = url; });
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
    for (const [id, turn] of this.turns) {
      if (!which(turn)) continue;
      turn.quiet();
      this.turns.delete(id);
    }
  }

  // Puts the turns of the branch in order and asks for those that are not there, the newest first.
  arrange() {
    const { list } = this;
    const places = this.branch.slice(-this.limit);
    const after = [...this.turns.values()].filter((turn) => (turn.live || turn.failed) && !places.includes(turn.id));
    this.shown = [...places.map((id) => this.turns.get(id)).filter(Boolean), ...after];
    const nodes = this.shown.map((turn) => turn.node);
    const wanted = new Set(nodes);
    for (const node of [...list.children]) if (!wanted.has(node)) node.remove();
    nodes.forEach((node, i) => list.children[i] === node || list.insertBefore(node, list.children[i] ?? null));
    for (const id of places) this.turns.get(id)?.place(...(this.places[id] ?? [0, 1]));
    this.earlier.hidden = places.length === this.branch.length;
    this.empty.hidden = nodes.length || this.branch.length;
    const missing = places.filter((id) => !this.turns.has(id));
    if (missing.length) this.want(missing.slice(-40));
    this.refocus();
  }

  branchTo(turn, n, name) {
    this.stepped = { at: this.branch.indexOf(turn.id), name };
    this.send({ k: "branch", id: turn.id, n });
  }

  // The button that was pressed is gone with its turn; the one in its place gets the focus.
  refocus() {
    const { at, name } = this.stepped ?? {};
    const turn = this.turns.get(this.branch[at]);
    const button = turn?.acts.querySelector(`[data-step=${name}]:enabled`) ?? turn?.acts.querySelector("[data-step]:enabled");
    if (!button || document.activeElement !== document.body) return;
    button.focus();
    this.stepped = null;
  }

  // --- asking
  async ask(question) {
    const { s, names, images } = question;
    const rid = this.expect(question);
    const buffers = await Promise.all(images.map(({ blob }) => blob.arrayBuffer()));
    if (rid !== this.sent) return; // stopped already
    const att = names.map((one) => one.name);
    this.send({ k: "send", rid, s, to: this.name, att, img: images.map(({ name }) => name) }, buffers);
  }

  again(turn, s) {
    if (this.busy) this.say(t("busy"), true);
    else this.send({ k: "again", rid: this.expect({ s: s ?? "" }), id: turn.id, ...(s && { s }) });
    this.focus();
  }

  // From here on there is something to stop, though the kernel has not heard of it yet.
  expect(question) {
    this.sent = newId();
    this.mine.set(this.sent, question);
    this.toast.hidden = true;
    this.patience = setTimeout(() => this.say(t("silent"), true), 4000);
    this.scroll.pin();
    this.composer.show();
    return this.sent;
  }

  // The kernel has it; or never will, and it goes back to where it was typed.
  arrived(lost) {
    clearTimeout(this.patience);
    if (this.loud === t("silent")) this.toast.hidden = true;
    this.sent = null;
    if (lost) this.giveBack(lost);
    this.composer.show();
  }

  giveBack(rid) {
    const question = this.mine.get(rid);
    if (this.mine.delete(rid)) this.composer.back(question);
  }

  stop() {
    this.send({ k: "stop" });
    this.arrived(this.sent);
  }

  // --- copying
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

  // Said once to those who cannot see; loud for all, until it is put away or something else is asked.
  say(words, loud, act) {
    if (!loud) return void (this.status.textContent = words);
    this.loud = words;
    put(this.toast, h("span", { dir: "auto" }, words), act ?? "", button("", "×", () => (this.toast.hidden = true), { "aria-label": t("dismiss") }));
    this.toast.hidden = false;
  }
}

export default {
  render({ model, el }) {
    const panel = new Panel(model, el);
    return () => panel.close();
  },
};
