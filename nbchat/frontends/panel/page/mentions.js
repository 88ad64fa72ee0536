// What is offered while a person types @: variables, then cells, then files.

const MENTION = /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}_./[\]-]*)$/u;

// What each kind is called.
/** @type {Record<string, string>} */
const KINDS = { variable: "variableKind", cell: "cellKind", file: "fileKind" };

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
    // What comes later stands below, so that nothing moves under a person's hand.
    this.add("variable", await connection.request({ kind: "names", text }));
    if (text === this.wanted) this.add("cell", await connection.request({ kind: "cells", text }));
    if (text === this.wanted) this.add("file", await connection.request({ kind: "files", text }));
  }

  /**
   * @param {ToPython.Of} of
   * @param {{ text: string, rows: string[][] }} [listed]
   */
  add(of, listed) {
    if (!listed?.rows.length || listed.text !== this.wanted) return;
    const kind = phrase(KINDS[of] ?? of);
    const more = listed.rows.map(([name, ...notes]) => {
      const [line, ...others] = notes;
      const row = of === "cell" ? [`In[${name}]  ${line}`, ...others] : [name, ...notes];
      return { of, name, row: [...row, kind] };
    });
    const at = this.node.hidden ? 0 : this.choices.at;
    this.found = [...this.found, ...more];
    this.node.hidden = false;
    this.choices.fill(
      this.found.map(({ row }) => row),
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
