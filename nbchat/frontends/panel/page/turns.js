// One question with its answer. It is live while it is answered, then whole or failed.

// Characters and lines of a question of which only the beginning is shown at first.
const LONG = 900;
const MOST_LINES = 9;
// Milliseconds without a word, after which its last ones may have been lost.
const QUIET = 15000;
const HOLDS_TEXT = /^(P|H\d|[UO]L|LI|BLOCKQUOTE|DIV|FIELDSET|PRE|TABLE|TBODY|T[RD])$/;

class TurnView {
  /**
   * @param {Panel} panel
   * @param {string} id
   */
  constructor(panel, id) {
    this.panel = panel;
    this.id = id;
    /** Who is asked. */
    this.model = "";
    /** Of the message that asked. */
    this.request = "";
    this.live = false;
    this.failed = false;
    /** @type {ToPage.Facts | null} */
    this.whole = null;
    /** @type {ToPage.Question} */
    this.question = { text: "", attachments: [], images: [], files: [] };
    /** @type {HTMLImageElement[]} */
    this.images = [];
    /**
     * What is waited for.
     *
     * @type {ToPage.Doing}
     */
    this.doing = [];
    /** @type {Thoughts | null} */
    this.thoughts = null;
    /** Of the last delta. */
    this.seq = 0;
    this.tail = "";
    /** Among the turns that ask in the same place. */
    this.number = 0;
    this.count = 1;
    /** When it was asked, or what it does began. */
    this.since = 0;
    /** When it was asked. */
    this.opened = 0;
    /** Tokens that have come, roughly. */
    this.tokens = 0;
    /**
     * Since when they have come without a pause, and how many there were then.
     *
     * @type {[number, number] | null}
     */
    this.pace = null;
    /** When the last delta came. */
    this.heard = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.clock = undefined;
    this.asked = element("div.asked");
    this.wait = element("p.wait");
    this.notes = element("div");
    this.settled = element("div");
    this.open = element("div");
    this.caret = element("span.nbc-caret");
    this.answer = element(
      "div",
      { class: "nbc nbp-answer tex2jax_ignore mathjax_ignore" },
      this.wait,
      this.notes,
      this.settled,
      this.open,
    );
    this.actions = element("div.acts");
    this.node = element("article.turn", null, this.asked, this.answer, this.actions);
  }

  // --- while it streams

  /** @param {ToPage.Open} message */
  start(message) {
    const seq = message.seq ?? 0;
    this.model = message.model;
    this.request = message.request_id;
    // Another view has asked for it.
    if (this.live && this.seq >= seq) return;
    if (!this.live) {
      this.live = true;
      this.since = Date.now();
      this.opened = this.since;
      this.heard = this.since;
      this.clock = setInterval(() => this.tick(), 1000);
    }
    this.ask(message.question);
    this.does(message.doing);
    this.hear(message.tokens);
    if (seq) this.fill(message.html ?? "", message.tail ?? "");
    this.seq = seq;
    put(this.notes);
    this.thoughts?.clear();
    this.aside(message);
    this.tick();
  }

  /**
   * @param {ToPage.Delta} message
   * @returns {boolean}  false where a piece is missing
   */
  grow(message) {
    if (!this.live || message.seq > this.seq + 1) return false;
    if (message.seq <= this.seq) return true;
    this.seq = message.seq;
    this.heard = Date.now();
    this.aside(message);
    this.does(message.doing);
    this.hear(message.tokens);
    if (message.tail) {
      const [start, more, end] = message.tail;
      this.tail = this.tail.slice(0, start) + more + this.tail.slice(this.tail.length - end);
    }
    if (!message.settled && !message.tail) return true;
    const settled = dressed(this.panel, message.settled ?? "");
    const tail = parsed(this.tail);
    keepFolds([this.open], [settled, tail]);
    this.draw(settled);
    this.settled.append(settled);
    this.paint(tail);
    return true;
  }

  /** @param {ToPage.Doing} [doing] */
  does(doing) {
    if (!doing) return;
    this.doing = doing;
    this.since = Date.now();
    this.pace = null;
    if (doing.length) {
      this.caret.remove();
      this.answer.append(this.wait);
    }
    this.tick();
  }

  /** @param {number} [tokens] */
  hear(tokens) {
    if (!tokens) return;
    this.tokens = tokens;
    this.pace ??= [Date.now(), tokens];
  }

  /** @param {{ thought?: string, notes?: string[] }} message */
  aside({ thought, notes = [] }) {
    if (thought) this.think(thought);
    this.notes.append(...notes.map((words) => element("p.nbc-note", { dir: "auto" }, words)));
  }

  /**
   * @param {string} html
   * @param {string} tail
   */
  fill(html, tail) {
    const settled = dressed(this.panel, html);
    const rest = parsed(tail);
    keepFolds([this.settled, this.open], [settled, rest]);
    this.images.length = this.question.images.length;
    this.draw(settled);
    put(this.settled, settled);
    this.tail = tail;
    this.paint(rest);
  }

  /**
   * Puts the pictures of the answer into their places.
   *
   * @param {DocumentFragment} settled
   */
  draw(settled) {
    for (const place of settled.querySelectorAll(".nbc-picture")) {
      const image = this.picture(this.images.length, place.textContent);
      this.images.push(image);
      put(place, image);
    }
  }

  /**
   * Draws the open end, and the caret where the next word comes.
   *
   * @param {DocumentFragment} tail
   */
  paint(tail = parsed(this.tail)) {
    for (const block of tail.querySelectorAll("fieldset")) barOf(block);
    this.caret.remove();
    morph(this.open, tail);
    if (!this.live || !(this.tail || this.settled.firstChild)) return;
    if (!this.doing.length) {
      innermost(this.open).append(this.caret);
      if (this.answer.lastChild !== this.wait) {
        this.answer.append(this.wait);
        this.tick();
      }
    }
    this.thoughts?.foldSoon();
  }

  /** @param {string} text */
  think(text) {
    if (!this.thoughts) {
      this.thoughts = new Thoughts();
      this.notes.before(this.thoughts.node);
    }
    this.thoughts.add(text);
    this.tick();
  }

  /** Each second: says how long it takes, and asks whether its last words were lost. */
  tick() {
    if (!this.live) return;
    const now = Date.now();
    if (now - this.heard > QUIET) {
      this.heard = now;
      this.panel.connection.want([this.id]);
    }
    const [what, tool] = this.doing;
    const speaks = !what && Boolean(this.settled.firstChild || this.tail);
    const passed = now - (speaks ? this.opened : this.since);
    const seconds = phrase("seconds", Math.round(passed / 1000));
    const doing = phrase(what ?? (this.thoughts ? "thinking" : "waiting"));
    const who = tool || this.model || this.panel.now.model;
    const facts = speaks ? [who, seconds, this.rate(now)] : [who, doing, seconds];
    put(this.wait, element("i"), facts.filter(Boolean).join(" · "));
  }

  /**
   * How fast words come, once that can be told.
   *
   * @param {number} now
   */
  rate(now) {
    const [since, before] = this.pace ?? [now, 0];
    const seconds = (now - since) / 1000;
    const tokens = this.tokens - before;
    return seconds < 1 || !tokens ? "" : phrase("rate", Math.round(tokens / seconds));
  }

  // --- when it is whole

  /** @param {ToPage.Facts & { question?: ToPage.Question, html?: string }} row */
  finish(row) {
    // A page of turns that another view has asked for.
    if (this.whole) return;
    this.whole = row;
    this.quiet();
    if (row.question) this.ask(row.question);
    if (row.html === undefined) this.paint();
    else this.fill(row.html, "");
    if (row.sources) this.answer.append(parsed(row.sources));
    put(this.notes);
    this.aside({ notes: row.notes });
    this.reasoned(row.thought);
    for (const [name, raw] of row.calls) {
      const said = element("p.nbc-note", null, phrase("tool", name));
      this.notes.append(said, element("pre.nbc-plain", { tabindex: 0 }, raw));
    }
    this.stopped(row.stop);
    this.act();
  }

  /** @param {ToPage.Facts["thought"]} thought */
  reasoned(thought) {
    if (!thought) return;
    if (!this.thoughts) this.think("");
    this.thoughts?.finish(...thought);
  }

  /** @param {ToPage.Facts["stop"]} stop  says why it is not complete */
  stopped(stop) {
    const [reason, , length] = stop;
    if (reason === "end" || reason === "tool_calls") return;
    const facts = stop.map((fact) => fact.toLocaleString(LOCALE));
    const words = reason === "interrupted" && !length ? "wordless" : reason;
    this.answer.append(element("p.nbc-note", null, phrase(words, ...facts)));
  }

  /** @param {ToPage.Refusal} message */
  fail({ error, text, copy, other, question, request_id }) {
    if (this.failed) return;
    this.request = request_id || this.request;
    if (question && !this.live) this.ask(question);
    this.failed = true;
    this.quiet();
    put(this.notes);
    const retry = button("quiet", phrase("retry"), () => this.panel.questions.again(this));
    const choose = button("quiet", phrase("other"), () => pickModel(this.panel, choose));
    const lines = text.split("\n").map((line) => this.line(line, copy));
    const acts = element("div", null, retry, " ", other ? choose : null);
    put(this.actions, element("div.err", { role: "alert", "data-error": error }, ...lines, acts));
  }

  /**
   * One line of an error: what can be copied stands apart.
   *
   * @param {string} line
   * @param {string} copy
   */
  line(line, copy) {
    const [before, after] = copy ? line.split(copy) : [line];
    if (after === undefined) return element("p", null, line);
    const take = button("", phrase("copy"), () => this.panel.copy(take, copy));
    const lead = before ? [before, element("br")] : [];
    return element("p", null, ...lead, element("code", null, copy), take, after);
  }

  /** Nothing more comes. */
  quiet() {
    this.live = false;
    clearInterval(this.clock);
    this.caret.remove();
    put(this.wait);
  }

  /**
   * Its place among the turns that ask in the same place.
   *
   * @param {number} number
   * @param {number} count
   */
  place(number, count) {
    if (number === this.number && count === this.count) return;
    this.number = number;
    this.count = count;
    this.act();
  }

  /** What can be done with the answer, and its footer. */
  act() {
    const { panel, whole } = this;
    if (!whole) return;
    const copy = button("", phrase("copy"), () => panel.copy(copy, whole.markdown));
    const again = button("", phrase("again"), () => panel.questions.again(this));
    const facts = whole.footer.map((fact) => element("span", null, fact));
    put(this.actions, copy, again, this.branches(), element("span.foot", null, ...facts));
  }

  branches() {
    const { number, count } = this;
    if (count < 2) return null;
    const previous = this.step("‹", "previous", number - 1);
    const next = this.step("›", "next", number + 1);
    return element("span", null, previous, `${number + 1}/${count}`, next);
  }

  /**
   * @param {string} label
   * @param {string} name
   * @param {number} number
   */
  step(label, name, number) {
    const disabled = number < 0 || number >= this.count;
    const attributes = { "aria-label": phrase(name), "data-step": name, disabled };
    return button("", label, () => this.panel.transcript.step(this, number, name), attributes);
  }

  // --- the question

  /** @param {ToPage.Question} question */
  ask(question) {
    this.question = question;
    const { text, attachments, images, files } = question;
    this.images = images.map((_, number) => this.picture(number));
    const bubble = element(
      "div.bubble",
      { role: "group", "aria-label": phrase("question") },
      ...attachments.map((one, number) => {
        return attachment(this.panel, one, { kind: "value", id: this.id, number });
      }),
      ...files.map((name) => attachment(this.panel, [name])),
      ...this.images,
      ...questionWords(text),
    );
    const edit = button("edit", phrase("edit"), () => this.panel.composer.replace(this));
    put(this.asked, bubble, edit);
  }

  /**
   * @param {number} number
   * @param {string | null} alt
   */
  picture(number, alt = phrase("image")) {
    const src = this.panel.transcript.pictures.get(`${this.id}/${number}`);
    if (!src) this.panel.connection.send({ kind: "picture", id: this.id, number });
    return element("img", { alt, src });
  }
}

/**
 * What was asked; of a long question its beginning, and a button that shows the rest.
 *
 * @param {string} text
 * @returns {HTMLElement[]}
 */
function questionWords(text) {
  const words = element("div.words", { dir: "auto" }, text);
  if (text.length <= LONG && text.split("\n").length <= MOST_LINES) return [words];
  words.classList.add("nbp-cut");
  const all = button("quiet", phrase("all"), () => {
    words.classList.remove("nbp-cut");
    all.remove();
  });
  return [words, all];
}

/**
 * The element at whose end the next word comes.
 *
 * @param {Element} outer
 * @returns {Element}
 */
function innermost(outer) {
  // Of a row that is being written, the cells to come are there and empty.
  const last = [...outer.children].findLast(
    (child, place) => outer.nodeName !== "TR" || !place || child.firstChild,
  );
  return last && HOLDS_TEXT.test(last.nodeName) ? innermost(last) : outer;
}
