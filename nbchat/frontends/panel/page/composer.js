// Where a question is written, with what goes along.

// Of thinking; the first is the model's own.
const LEVELS = OPTIONS.thinking;

class Composer {
  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    /** @type {AttachedThing[]} */
    this.things = [];
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
    /**
     * Excerpts whose text is on its way; nothing of the notebook is sent before it is shown.
     *
     * @type {Set<Promise<void>>}
     */
    this.looking = new Set();
    /** What the chips show, as text to compare. */
    this.along = "";
    this.area = this.makeArea();
    this.mentions = new Mentions(panel, this.area, (found) => this.attach(found.of, found.name));
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
    const image = this.adder("+", "image", "imageShort", () => this.file.click());
    const variable = this.adder("@", "mention", "mentionShort", () => this.mention());
    const asked = element("div.row", null, image, variable, this.model);
    const how = element("div.row", null, this.think, this.go);
    const row = element("div.row", null, asked, how, this.file);
    /** @type {Listeners} */
    const on = {
      paste: (event) => this.drop(event, event.clipboardData),
      drop: (event) => this.drop(event, event.dataTransfer),
      dragover: (event) => event.preventDefault(),
    };
    return element("div.comp", { on }, this.mentions.node, this.chips, this.area, row);
  }

  /**
   * @param {string} sign
   * @param {string} what
   * @param {string} touch  what a screen without a pointer shows beside the sign
   * @param {() => void} act
   */
  adder(sign, what, touch, act) {
    const name = phrase(what);
    const attributes = { title: name, "aria-label": name, "data-touch": phrase(touch) };
    return button("", sign, act, attributes);
  }

  /** Keys choose from what is offered after an @, where something is. */
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

  /** Sends what is written, once the images and texts that are being added are there. */
  async send() {
    while (this.adding) await this.adding;
    await Promise.all(this.looking);
    const { panel, things, images, instead } = this;
    const text = this.area.value;
    if (!(text.trim() || images.length || things.length) || panel.connection.gone) return;
    if (panel.now.queued != null || (instead && panel.busy)) {
      panel.warn(phrase(panel.now.queued != null ? "full" : "busy"));
      return;
    }
    if (instead) panel.questions.again(instead, text);
    else panel.questions.ask({ text, things, images });
    this.things = [];
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
  back({ text, things, images, instead = null }) {
    if (this.area.value || this.things.length || this.images.length) {
      this.keep(text);
      return;
    }
    this.write(text);
    this.things = things;
    this.images = images;
    this.instead = instead;
    this.show();
    this.lookAgain();
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

  // --- what goes along of the notebook

  typed() {
    this.grow();
    this.mentions.offer();
  }

  mention() {
    this.mentions.begin();
    this.typed();
  }

  /**
   * @param {ToPython.Of} of
   * @param {string} name
   * @param {string} [label]  until it has one
   */
  async attach(of, name, label = name) {
    if (this.things.some((one) => one.of === of && one.name === name)) return;
    /** @type {AttachedThing} */
    const thing = { of, name, label };
    this.things.push(thing);
    this.show();
    this.area.focus();
    await this.look(thing);
    this.panel.say(thing.label);
  }

  /**
   * Asks what would be sent of it now.
   *
   * @param {AttachedThing} thing
   * @returns {Promise<void>}
   */
  look(thing) {
    const { of, name } = thing;
    const looked = this.panel.connection.request({ kind: "peek", of, name }).then((seen) => {
      this.looking.delete(looked);
      if (!seen) return;
      const { label, text, mark, cut } = seen;
      Object.assign(thing, { label, text, mark, cut });
      this.show();
    });
    if (of !== "variable") this.looking.add(looked);
    return looked;
  }

  /** A cell has run: what was shown may not be so any more. */
  lookAgain() {
    for (const thing of this.things) this.look(thing);
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
    const { things, images, instead } = this;
    const along = JSON.stringify([things, images, now, instead?.id]);
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
    const { things, images, instead } = this;
    const { now, connection } = this.panel;
    const chips = [
      ...things.map((one) => {
        const { of, name, label, text, cut } = one;
        const whole = { kind: /** @type {const} */ ("whole"), of, name };
        const shown = attachment(this.panel, [label, text, cut], whole, one);
        return this.listed(things, one, label, shown);
      }),
      ...images.map((one) => {
        const image = element("img", { src: one.url, alt: one.name });
        return this.listed(images, one, one.name, image);
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
    return [...chips, ...this.offers()];
  }

  /** Buttons for what a person may want to take along: the last error, the cells above. */
  offers() {
    const { error, cells } = this.panel.now;
    return [
      error ? this.offer("error", phrase("lastError", error)) : null,
      cells ? this.offer("cells", phrase("cellsAbove")) : null,
    ];
  }

  /**
   * @param {ToPython.Of} of
   * @param {string} label
   */
  offer(of, label) {
    if (this.things.some((one) => one.of === of)) return null;
    const name = phrase("attach", label);
    return button("offer", label, () => this.attach(of, "", label), { "aria-label": name });
  }

  /**
   * A chip of something that goes along; removing it takes that out of the list.
   *
   * @template Attached
   * @param {Attached[]} list
   * @param {Attached} one
   * @param {string} name
   * @param {Node} shown
   */
  listed(list, one, name, shown) {
    return chip(shown, name, () => {
      list.splice(list.indexOf(one), 1);
      this.show();
      this.area.focus();
    });
  }
}
