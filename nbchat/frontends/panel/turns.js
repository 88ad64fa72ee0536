// One question with its answer. It is live while it is answered, then whole or failed.
class TurnView {
  constructor(panel, id) {
    Object.assign(this, { panel, id, seq: 0, tail: "", number: 0, count: 1 });
    this.asked = h("div.asked");
    this.wait = h("p.wait");
    this.notes = h("div");
    this.settled = h("div");
    this.open = h("div");
    this.caret = h("span.nbc-caret");
    this.answer = h("div", { class: "nbc nbp-answer tex2jax_ignore mathjax_ignore" }, this.wait, this.notes, this.settled, this.open);
    this.acts = h("div.acts");
    this.node = h("article.turn", null, this.asked, this.answer, this.acts);
  }

  // --- while it streams
  start(message) {
    const seq = message.seq ?? 0;
    if (this.live && this.seq >= seq) return; // another view has asked for it
    if (!this.live) {
      this.live = true;
      this.since = this.last = Date.now();
      this.clock = setInterval(() => this.tick(), 1000);
    }
    this.ask(message.q);
    if (seq) this.fill(message.html, message.tail);
    this.seq = seq;
    put(this.notes);
    if (this.thought) put(this.thought.lastChild);
    this.aside(message);
    this.tick();
  }

  // Returns false where a piece is missing.
  delta(message) {
    if (!this.live || message.seq > this.seq + 1) return false;
    if (message.seq <= this.seq) return true;
    this.seq = message.seq;
    this.last = Date.now();
    this.aside(message);
    if (message.blk) this.settled.append(this.dressed(message.blk));
    if (message.tail) {
      const [start, more, end] = message.tail;
      this.tail = this.tail.slice(0, start) + more + this.tail.slice(this.tail.length - end);
    }
    if (message.blk || message.tail) this.paint();
    return true;
  }

  aside({ think, notes }) {
    if (think) this.think(think);
    for (const words of notes ?? []) this.notes.append(h("p.nbc-note", { dir: "auto" }, words));
  }

  fill(html, tail) {
    put(this.settled, this.dressed(html));
    this.tail = tail;
    this.paint();
  }

  paint() {
    this.caret.remove();
    morph(this.open, parsed(this.tail));
    if (!this.live || !(this.tail || this.settled.firstChild)) return;
    let end = this.open;
    while (/^(P|H\d|[UO]L|LI|BLOCKQUOTE|DIV|PRE|TABLE|TBODY|T[RD])$/.test(end.lastElementChild?.nodeName)) end = end.lastElementChild;
    end.append(this.caret);
    put(this.wait);
    this.folding ??= setTimeout(() => this.fold(), 600);
  }

  think(text) {
    if (!this.thought) {
      const summary = h("summary", { click: () => (this.touched = true) }, t("think"));
      this.thought = h("details", { open: true }, summary, h("div", { class: "nbc-thought nbc-last", dir: "auto", tabindex: 0 }));
      this.notes.before(this.thought);
    }
    const box = this.thought.lastChild;
    box.append(text);
    box.scrollTop = box.scrollHeight;
    this.tick();
  }

  fold() {
    if (this.thought && !this.touched) this.thought.open = false;
  }

  tick() {
    if (!this.live) return;
    const { panel } = this;
    const now = Date.now();
    if (now - this.last > 15000) { // silent, or its last words were lost
      this.last = now;
      panel.want([this.id]);
    }
    if (this.settled.firstChild || this.tail) return;
    const seconds = t("seconds", Math.round((now - this.since) / 1000));
    put(this.wait, h("i"), `${panel.now.model} · ${t(this.thought ? "thinking" : "waiting")} · ${seconds}`);
  }

  // --- when it is whole
  finish(row) {
    if (this.whole) return; // a page of turns that another view has asked for
    this.whole = row;
    this.quiet();
    if (row.q) this.ask(row.q);
    if (row.html === undefined) this.paint();
    else this.fill(row.html, "");
    put(this.notes);
    this.aside({ notes: row.notes });
    this.reasoned(row.think);
    for (const [name, raw] of row.calls)
      this.notes.append(h("p.nbc-note", null, t("tool", name)), h("pre.nbc-plain", { tabindex: 0 }, raw));
    if (!["end", "tool_calls"].includes(row.stop[0]))
      this.answer.append(h("p.nbc-note", null, t(row.stop[0], ...row.stop.map((fact) => fact.toLocaleString()))));
    this.act();
  }

  reasoned(think) {
    if (!think) return;
    if (!this.thought) this.think("");
    const [summary, box] = this.thought.children;
    summary.textContent = t("thinkWords", think[1].toLocaleString());
    box.className = "nbc-thought";
    put(box, parsed(think[0]));
    this.fold();
  }

  fail({ kind, s }) {
    this.failed = true;
    this.quiet();
    const retry = button(".quiet", t("retry"), () => this.panel.again(this));
    put(this.acts, h("div.err", { role: "alert" }, h("b", null, kind), h("span", null, s), retry));
  }

  quiet() {
    this.live = false;
    clearInterval(this.clock);
    this.caret.remove();
    put(this.wait);
  }

  // Its place among the turns that ask in the same place.
  place(number, count) {
    if (number === this.number && count === this.count) return;
    Object.assign(this, { number, count });
    if (this.whole) this.act();
  }

  act() {
    const { panel, number, count } = this;
    const step = (label, name, n) =>
      button("", label, () => panel.branchTo(this, n, name), { "aria-label": t(name), "data-step": name, disabled: n < 0 || n >= count });
    const branches = count > 1 ? h("span", null, step("‹", "previous", number - 1), `${number + 1}/${count}`, step("›", "next", number + 1)) : "";
    put(this.acts,
      button("", t("copy"), ({ currentTarget }) => panel.copied(currentTarget, this.whole.md)),
      button("", t("again"), () => panel.again(this)), branches,
      h("span.foot", null, ...this.whole.foot.map((fact) => h("span", null, fact))));
  }

  // --- the question
  ask(q) {
    this.q = q;
    const chips = [...q.att.map(attachment), ...q.files.map((name) => attachment([name]))];
    this.images = q.img.map((_, n) => this.picture(n));
    const words = h("div.words", { dir: "auto", tabindex: q.s.length > 900 ? 0 : null }, q.s);
    put(this.asked,
      h("div.bubble", { role: "group", "aria-label": t("question") }, ...chips, ...this.images, words),
      button(".edit", t("edit"), () => this.panel.composer.replace(this)));
  }

  picture(n) {
    const src = this.panel.pictures.get(`${this.id}/${n}`);
    if (!src) this.panel.send({ k: "picture", id: this.id, n });
    return h("img", { alt: t("image"), src });
  }

  // Markup of settled blocks, with buttons on code; the model's own HTML cannot have any.
  dressed(html) {
    const { panel } = this;
    const fragment = parsed(html);
    for (const block of fragment.querySelectorAll("fieldset")) {
      if (block.firstChild.nodeName === "PRE") block.prepend(h("legend"));
      const [head, code] = block.children;
      const name = head.textContent;
      const start = CELLS[name.toLowerCase()];
      put(head, h("span", null, name), button("", t("copy"), ({ currentTarget }) => panel.copied(currentTarget, code.textContent)));
      if (start !== undefined) head.append(button("", t("insert"), ({ currentTarget }) => panel.insert(currentTarget, start + code.textContent)));
    }
    return fragment;
  }
}

const attachment = ([label, value]) =>
  value ? h("details.att", null, h("summary", null, label), h("pre", { tabindex: 0 }, value)) : h("span.att", null, label);
