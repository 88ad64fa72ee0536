// One view of the panel. Python has the transcript; this pulls what it lacks and shows what it is
// told.

// Milliseconds for Python's own update of the notebook's copy to arrive.
const COPY_AFTER = 1000;

class Panel {
  /**
   * @param {WidgetModel} model
   * @param {HTMLElement} host
   */
  constructor(model, host) {
    this.model = model;
    /** Of the conversation. */
    this.name = "";
    /** Its title, or its name where it has none. */
    this.titled = "";
    /** @type {Partial<ToPage.Now>} */
    this.now = {};
    /**
     * The id of the cell that was inserted last.
     *
     * @type {string | undefined}
     */
    this.inserted = undefined;
    /**
     * The id of the cell that a person chose last, other than the panel's own.
     *
     * @type {string | undefined}
     */
    this.aim = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.copying = undefined;
    /** The words of the toast. */
    this.warned = "";
    this.questions = new Questions(this);
    this.transcript = new Transcript(this);
    this.composer = new Composer(this);
    this.consents = new Consents(this);
    this.title = element("h2", { dir: "auto" }, phrase("panel"));
    this.toast = element("div.toast", { role: "alert", hidden: true });
    this.status = element("p.sr", { role: "status" });
    this.root = this.makeRoot();
    this.scroll = this.makeScroll();
    this.composer.show();
    host.append(this.root);
    this.connection = new Connection(
      model,
      (message, buffers) => this.hear(message, buffers),
      () => this.lost(),
    );
    this.connection.open();
  }

  /** Where a notebook's model can be reached: JupyterLab and Notebook. */
  get notebook() {
    return this.model.widget_manager?.context?.model;
  }

  get busy() {
    return Boolean(this.questions.sent) || this.transcript.answering;
  }

  /** @returns {HTMLElement} */
  makeRoot() {
    const { log } = this.transcript;
    const attributes = {
      lang: LOCALE,
      "aria-label": phrase("panel"),
      "data-lm-suppress-shortcuts": "true",
    };
    const root = element(
      "section.root",
      attributes,
      this.makeHeader(),
      log,
      this.consents.node,
      this.toast,
      this.composer.node,
      this.status,
    );
    // What is typed here is not a notebook command.
    for (const kind of ["keydown", "keypress", "keyup", "paste"]) {
      root.addEventListener(kind, (event) => event.stopPropagation());
    }
    // Before the notebook hears of it, and makes the panel's cell the active one.
    for (const kind of ["pointerdown", "focusin"]) {
      root.addEventListener(kind, () => takeAim(this), true);
    }
    root.addEventListener("nbchat-ask", (event) => {
      if (event instanceof CustomEvent) this.take(String(event.detail));
    });
    onKeys(log, { Escape: () => this.escape() });
    return root;
  }

  /** @returns {HTMLElement} */
  makeHeader() {
    const talks = button("", phrase("history"), () => openTalks(this, talks));
    const fresh = button("", phrase("fresh"), () => {
      this.connection.send({ kind: "talk" });
      this.focus();
    });
    const named = { "aria-label": phrase("more") };
    const more = button("", "⋯", () => openMore(this, more), named);
    return element("header", null, this.title, talks, fresh, more);
  }

  /** @returns {Scroll} */
  makeScroll() {
    const { log, list } = this.transcript;
    const down = () => {
      this.scroll.pin();
      this.focus();
    };
    const jump = button("jump", phrase("latest"), down, { hidden: true });
    this.composer.node.append(jump);
    return new Scroll(log, list, jump);
  }

  close() {
    this.scroll.close();
    this.transcript.forget();
    this.questions.close();
    this.connection.close();
  }

  /**
   * A question that was typed elsewhere in the page; where it has to wait, back into the field.
   *
   * @param {string} text
   */
  take(text) {
    const draft = { text, things: [], images: [] };
    if (this.now.queued == null && !this.connection.gone) {
      this.questions.ask(draft);
      return;
    }
    this.composer.back(draft);
    this.warn(phrase("busy"));
  }

  focus() {
    this.composer.area.focus({ preventScroll: true });
  }

  /** @returns {boolean}  whether there was something to stop */
  escape() {
    const { busy } = this;
    if (busy) this.questions.stop();
    return busy;
  }

  // --- what Python says

  /** @type {HearMessage} */
  hear(message, buffers) {
    const { transcript, composer, questions } = this;
    switch (message.kind) {
      case "now":
        if (message.runs !== this.now.runs) composer.lookAgain();
        this.now = message;
        composer.show();
        transcript.welcome.offer(message.frames);
        return;
      case "state":
        this.follow(message);
        return;
      case "rows":
        transcript.fill(buffers[0]);
        return;
      case "open":
        transcript.open(message);
        composer.show();
        return;
      case "delta":
        transcript.grow(message);
        return;
      case "end":
        this.ended(message);
        return;
      case "consents":
        this.consents.follow(message.cards);
        return;
      case "answered":
        this.consents.answered(message);
        return;
      case "refusal":
        transcript.refuse(message);
        composer.show();
        return;
      case "picture":
        transcript.picture(message, buffers[0]);
        return;
      case "note":
        this.warn((message.label ?? "") + message.text);
        return;
      case "ack":
        if (message.request_id === questions.sent) questions.arrived();
        return;
      case "back":
        questions.giveBack(message.request_id);
        return;
      case "snapshot":
        staleCopy(this, message.mark)?.(message.data);
        return;
      case "file":
        download(message);
        return;
      default:
        answered(message);
    }
  }

  /** @param {ToPage.State} state */
  follow(state) {
    if (state.name !== this.name) {
      this.transcript.forget();
      this.consents.follow([]);
    }
    this.name = state.name;
    this.titled = state.title;
    const isNamed = state.title !== state.name || !/^(main|chat-\d+)$/.test(state.name);
    this.title.textContent = isNamed || state.ids.length ? state.title : phrase("newChat");
    this.transcript.follow(state);
    this.composer.follow(state);
    // JupyterLab's extension has opened the sidebar, and this is what belongs there.
    const { activeElement } = document;
    if (activeElement?.id === "nbchat-beside" && activeElement.contains(this.root)) this.focus();
    clearTimeout(this.copying);
    this.copying = setTimeout(() => this.mend(state.copy), COPY_AFTER);
  }

  /** @param {string} mark  of the copy that the notebook should have */
  mend(mark) {
    if (staleCopy(this, mark)) this.connection.send({ kind: "snapshot" });
  }

  /** @param {ToPage.End} message */
  ended(message) {
    if (!this.transcript.end(message)) return;
    const stopped = message.stop[0] === "interrupted";
    this.say(stopped ? phrase("stopped") : phrase("done", message.words.toLocaleString(LOCALE)));
    this.composer.show();
  }

  /** A kernel that is restarted forgets the panel; what is shown stays. */
  lost() {
    for (const turn of this.transcript.turns.values()) turn.quiet();
    this.consents.follow([]);
    this.questions.takeBack();
    this.warn(phrase("gone"));
  }

  // --- copying

  /**
   * @param {HTMLElement} pressed
   * @param {string} text
   * @param {string} [words]  what to say then
   */
  async copy(pressed, text, words = "copied") {
    await toClipboard(text);
    this.flash(pressed, words);
  }

  /**
   * Puts code into a cell, or on the clipboard where there is none to take it.
   *
   * @param {HTMLElement} pressed
   * @param {string} code
   * @param {Place} where
   */
  insert(pressed, code, where) {
    const source = code.replace(/\n$/, "");
    if (where === "replace") this.flash(pressed, replaceCell(this, source) ? "replaced" : "noCell");
    else if (insertCell(this, source, where)) this.flash(pressed, "inserted");
    else this.copy(pressed, source, "clipboard");
  }

  /**
   * Says on a button for a while what it has done.
   *
   * @param {HTMLElement} pressed
   * @param {string} words
   */
  flash(pressed, words) {
    pressed.dataset.label ??= pressed.textContent ?? "";
    const { label } = pressed.dataset;
    pressed.textContent = phrase(words);
    this.say(phrase(words));
    setTimeout(() => {
      pressed.textContent = label;
    }, 1600);
  }

  // --- saying something

  /** @param {string} words  said once, to those who cannot see */
  say(words) {
    this.status.textContent = words;
  }

  /**
   * Said to all, until it is put away or something else is asked.
   *
   * @param {string} words
   * @param {HTMLElement} [action]
   */
  warn(words, action) {
    this.warned = words;
    const close = () => {
      this.toast.hidden = true;
    };
    const cross = button("", "×", close, { "aria-label": phrase("dismiss") });
    put(this.toast, element("span", { dir: "auto" }, words), action, cross);
    this.toast.hidden = false;
  }

  /** @param {string} words  to be put away, where nothing else has been said since */
  unwarn(words) {
    if (this.warned === words) this.toast.hidden = true;
  }
}

/**
 * Whoever asked has it. The type check fails here where a kind of message is not heard.
 *
 * @param {ToPage.Answer} _answer
 */
function answered(_answer) {}
