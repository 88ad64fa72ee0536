// Where a question is written, with what goes along.

// Of thinking; the first is the model's own.
const LEVELS = OPTIONS.thinking;

class Composer {
  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    /** @type {AttachedVariable[]} */
    this.variables = [];
    /** @type {AttachedImage[]} */
    this.images = [];
    /**
     * Questions that came back while something else was written, and how many turns were before.
     *
     * @type {{ text: string, at: number }[]}
     */
    this.returned = [];
    /** Which of the questions of before is in the field, from the last; 0 where none is. */
    this.recalled = 0;
    /**
     * The turn that is written anew.
     *
     * @type {TurnView | null}
     */
    this.instead = null;
    /** @type {Promise<string> | null} */
    this.adding = null;
    /** What the chips show, as text to compare. */
    this.along = "";
    this.area = this.makeArea();
    this.mentions = new Mentions(panel, this.area, (name) => this.attach(name));
    this.chips = element("div.chips");
    this.file = this.makeFile();
    this.model = this.makeModel();
    this.think = this.makeThinking();
    this.go = button("", "", (event) => this.pressed(event.detail));
    this.node = this.makeNode();
    this.listen();
  }

  /** @returns {HTMLTextAreaElement} */
  makeArea() {
    return element("textarea", {
      rows: 1,
      dir: "auto",
      "aria-label": phrase("placeholder"),
      "aria-autocomplete": "list",
      on: { input: () => this.typed(), blur: () => this.mentions.hide() },
    });
  }

  /** @returns {HTMLInputElement} */
  makeFile() {
    return element("input.file", {
      type: "file",
      accept: "image/*",
      multiple: true,
      hidden: true,
      on: { change: () => this.add([...(this.file.files ?? [])]) },
    });
  }

  /** @returns {HTMLButtonElement} */
  makeModel() {
    const attributes = { title: phrase("model"), dir: "auto" };
    return button("pick", "", () => pickModel(this.panel, this.model), attributes);
  }

  /** @returns {HTMLSelectElement} */
  makeThinking() {
    const levels = LEVELS.map((value) => {
      const text = phrase("thinkingIs", phrase(value || "auto"));
      return element("option", { value }, text);
    });
    const change = () => {
      this.panel.connection.send({ kind: "choose", thinking: this.think.value });
    };
    return element("select.pick", { "aria-label": phrase("think"), on: { change } }, ...levels);
  }

  /** @returns {HTMLElement} */
  makeNode() {
    const image = button("", "+", () => this.file.click(), { title: phrase("image") });
    const variable = button("", "@", () => this.mention(), { title: phrase("variable") });
    const buttons = [image, variable, this.model, this.think, this.go, this.file];
    const row = element("div.row", null, ...buttons);
    /** @type {Listeners} */
    const on = {
      paste: (event) => this.drop(event, event.clipboardData),
      drop: (event) => this.drop(event, event.dataTransfer),
      dragover: (event) => event.preventDefault(),
    };
    return element("div.comp", { on }, this.mentions.node, this.chips, this.area, row);
  }

  /** Keys choose from the variables where those are offered. */
  listen() {
    const { mentions } = this;
    const { choices } = mentions;
    onKeys(this.area, {
      Enter: (event) => (mentions.hidden ? this.enter(event) : choices.choose()),
      Tab: () => !mentions.hidden && choices.choose(),
      Escape: () => (mentions.hidden ? this.escape() : mentions.hide()),
      ArrowUp: () => (mentions.hidden ? this.recall(1) : choices.move(-1)),
      ArrowDown: () => (mentions.hidden ? this.recall(-1) : choices.move(1)),
    });
  }

  /** @param {number} clicks  the second half of a double click on Stop is not a Send */
  pressed(clicks) {
    if (clicks > 1) return;
    if (this.panel.busy) this.panel.questions.stop();
    else this.send();
    this.area.focus();
  }

  /** @param {KeyboardEvent} event */
  enter({ shiftKey, ctrlKey, metaKey }) {
    const held = ctrlKey || metaKey;
    const sends = ctrlSends() ? held : !shiftKey;
    if (sends) this.send();
    return sends;
  }

  escape() {
    if (this.instead) this.replace(null);
    else if (this.panel.busy) this.panel.questions.stop();
    return true;
  }

  /** Sends what is written, once the images that are being added are there. */
  async send() {
    while (this.adding) await this.adding;
    const { panel, variables, images, instead } = this;
    const text = this.area.value;
    if (!(text.trim() || images.length || variables.length) || panel.connection.gone) return;
    if (panel.now.queued != null || (instead && panel.busy)) {
      panel.warn(phrase("busy"));
      return;
    }
    if (instead) panel.questions.again(instead, text);
    else panel.questions.ask({ text, variables, images });
    this.variables = [];
    this.images = [];
    this.instead = null;
    this.recalled = 0;
    this.write("");
    this.show();
  }

  /** @param {string} text */
  write(text) {
    this.area.value = text;
    this.grow();
  }

  /** Makes the field as high as its text, where the browser does not. */
  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight}px`;
  }

  // --- questions of before

  /**
   * A question that was not asked after all: back into the field, or to be recalled where
   * something else has been typed.
   *
   * @param {Draft} draft
   */
  back({ text, variables, images, instead = null }) {
    if (this.area.value || this.variables.length || this.images.length) {
      this.keep(text);
      return;
    }
    this.write(text);
    this.variables = variables;
    this.images = images;
    this.instead = instead;
    this.show();
  }

  /** @param {string} text  to be recalled */
  keep(text) {
    if (text) this.returned.push({ text, at: this.panel.transcript.shown.length });
  }

  /** @param {ToPage.State} state  may lack the turn that is written anew; the words stay */
  follow({ ids, failed }) {
    if (this.instead && ![...ids, ...failed].includes(this.instead.id)) this.instead = null;
    this.show();
  }

  /** @param {TurnView | null} turn  whose question is written anew; null to leave it */
  replace(turn) {
    this.instead = turn;
    this.write(turn?.question.text ?? "");
    this.show();
    this.area.focus();
  }

  /**
   * Up in an empty field brings the last question back, again the one before.
   *
   * @param {number} step
   * @returns {boolean}
   */
  recall(step) {
    const asked = this.panel.transcript.shown.map((turn) => turn.question.text);
    for (const { text, at } of this.returned.toReversed()) asked.splice(at, 0, text);
    const { recalled } = this;
    const written = this.area.value;
    if (written !== (asked.at(-recalled) ?? "") && (recalled || written)) return false;
    const next = recalled + step;
    if (next < 0 || next > asked.length) return false;
    this.recalled = next;
    this.write(next ? (asked.at(-next) ?? "") : "");
    return true;
  }

  // --- variables

  typed() {
    this.grow();
    this.mentions.offer();
  }

  mention() {
    this.mentions.begin();
    this.typed();
  }

  /** @param {string} name  of a variable */
  async attach(name) {
    if (this.variables.some((one) => one.name === name)) return;
    const attached = { name, label: name };
    this.variables.push(attached);
    this.show();
    Object.assign(attached, await this.panel.connection.request({ kind: "peek", name }));
    this.show();
  }

  // --- images

  /**
   * @param {Event} event
   * @param {DataTransfer | null} data
   */
  drop(event, data) {
    if (!data?.files.length) return;
    // A file that is dropped on a page replaces the page.
    event.preventDefault();
    this.add([...data.files]);
  }

  /** @param {File[]} files */
  async add(files) {
    this.adding = addImages(this.images, files);
    const trouble = await this.adding;
    this.adding = null;
    if (trouble) this.panel.warn(phrase(trouble));
    this.file.value = "";
    this.show();
    this.area.focus();
  }

  // --- what it shows

  show() {
    const { now, busy } = this.panel;
    const along = JSON.stringify([this.variables, this.images, now.queued, this.instead?.id]);
    if (along !== this.along) put(this.chips, ...this.alongside());
    this.along = along;
    this.model.textContent = now.model || phrase("model");
    this.think.value = now.thinking ?? "";
    this.go.textContent = phrase(busy ? "stop" : "send");
    this.go.className = busy ? "nbp-stop" : "nbp-send";
    this.area.placeholder = phrase(busy ? "queueHint" : "placeholder");
  }

  /** The chips above the field: what goes along, what waits, what is replaced. */
  alongside() {
    const { variables, images, instead } = this;
    const { now, connection } = this.panel;
    const chips = [
      ...variables.map((one) => {
        const { name, label, text, cut } = one;
        return this.listed(variables, one, attachment(this.panel, [label, text, cut], { name }));
      }),
      ...images.map((one) => {
        const image = element("img", { src: one.url, alt: one.name });
        return this.listed(images, one, image);
      }),
    ];
    if (now.queued != null) {
      const unqueue = () => connection.send({ kind: "unqueue" });
      chips.push(chip(phrase("queued", short(now.queued)), now.queued, unqueue));
    }
    if (instead) {
      const label = phrase("editing", short(instead.question.text));
      chips.push(chip(label, phrase("edit"), () => this.replace(null)));
    }
    return chips;
  }

  /**
   * A chip of something that goes along; removing it takes that out of the list.
   *
   * @template {{ name: string }} Attached
   * @param {Attached[]} list
   * @param {Attached} one
   * @param {Node} label
   */
  listed(list, one, label) {
    return chip(label, one.name, () => {
      list.splice(list.indexOf(one), 1);
      this.show();
      this.area.focus();
    });
  }
}
