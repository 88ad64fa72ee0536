// What is offered while a person types @: variables, then cells, then files.

const MENTION = /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}_./[\]-]*)$/u;

// Milliseconds that cells and files are waited for, so that the list seldom grows while it is seen.
const GRACE = 200;
// What is offered, in this order, and what each kind is called.
/** @type {[ToPython.Of, string][]} */
const KINDS = [
  ["variable", "variableKind"],
  ["cell", "cellKind"],
  ["file", "fileKind"],
];

class Mentions {
  /**
   * @param {Panel} panel
   * @param {HTMLTextAreaElement} area
   * @param {(found: Mention) => void} take
   */
  constructor(panel, area, take) {
    this.panel = panel;
    this.area = area;
    this.take = take;
    /** @type {string | null} */
    this.wanted = null;
    /** @type {Mention[]} */
    this.found = [];
    this.choices = new Choices(area, phrase("mention"), (_, place) => this.pick(place));
    this.hide();
  }

  get node() {
    return this.choices.node;
  }

  get hidden() {
    return this.node.hidden;
  }

  /** Offers what has in its name the words between an @ and the caret. */
  async offer() {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const mention = MENTION.exec(before);
    this.hide();
    if (!mention) return;
    const text = mention[1];
    this.wanted = text;
    const { connection } = this.panel;
    const asked = [
      connection.request({ kind: "names", text }),
      connection.request({ kind: "cells", text }),
      connection.request({ kind: "files", text }),
    ];
    /** @type {({ rows: string[][] } | undefined)[]} */
    const listed = [];
    const all = Promise.all(
      asked.map(async (one, place) => {
        listed[place] = await one;
      }),
    );
    await asked[0];
    await Promise.race([all, new Promise((done) => setTimeout(done, GRACE))]);
    this.list(text, listed);
    await all;
    this.list(text, listed);
  }

  /**
   * @param {string} text  that was asked about
   * @param {({ rows: string[][] } | undefined)[]} listed  by kind, as far as they have come
   */
  list(text, listed) {
    const found = KINDS.flatMap(([of, word], place) =>
      (listed[place]?.rows ?? []).map(([name, line, ...more]) => {
        const row = of === "cell" ? [`In[${name}]  ${line}`, ...more] : [name, line];
        return { of, name, row: [...row, phrase(word)] };
      }),
    );
    if (text !== this.wanted || found.length === this.found.length) return;
    const at = this.found.length ? this.choices.at : 0;
    this.found = found;
    this.node.hidden = false;
    this.choices.fill(
      found.map(({ row }) => row),
      at,
    );
  }

  /** @returns {true} */
  hide() {
    this.wanted = null;
    this.found = [];
    this.node.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
    return true;
  }

  /** @param {number} place  of what is put where the @ was typed, and what follows it */
  pick(place) {
    const found = this.found[place];
    const { of, name } = found;
    const words = of === "cell" ? `In[${name}]` : name;
    const end = this.area.selectionStart;
    this.area.setRangeText(words, this.area.value.lastIndexOf("@", end - 1), end, "end");
    this.hide();
    this.take(found);
  }

  /** Types an @, as the button does. */
  begin() {
    const end = this.area.selectionEnd;
    const at = /\S$/.test(this.area.value.slice(0, end)) ? " @" : "@";
    this.area.focus();
    this.area.setRangeText(at, end, end, "end");
  }
}
