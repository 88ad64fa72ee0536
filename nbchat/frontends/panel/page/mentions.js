// The variables that are offered while a person types @.

const MENTION = /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}_]*)$/u;

class Mentions {
  /**
   * @param {Panel} panel
   * @param {HTMLTextAreaElement} area
   * @param {(name: string) => void} take
   */
  constructor(panel, area, take) {
    this.panel = panel;
    this.area = area;
    this.take = take;
    /** @type {string | null} */
    this.wanted = null;
    this.choices = new Choices(area, phrase("variable"), (name) => this.pick(name));
    this.hide();
  }

  get node() {
    return this.choices.node;
  }

  get hidden() {
    return this.node.hidden;
  }

  /** Offers the variables that begin with what stands between an @ and the caret. */
  async offer() {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const mention = MENTION.exec(before);
    this.hide();
    if (!mention) return;
    const text = mention[1];
    this.wanted = text;
    const found = await this.panel.connection.request({ kind: "names", text });
    if (found?.text !== this.wanted || !found.rows.length) return;
    this.node.hidden = false;
    this.choices.fill(found.rows);
  }

  /** @returns {true} */
  hide() {
    this.wanted = null;
    this.node.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
    return true;
  }

  /** @param {string} name  put in place of what was typed after the @, and of the @ */
  pick(name) {
    const end = this.area.selectionStart;
    this.area.setRangeText(name, this.area.value.lastIndexOf("@", end - 1), end, "end");
    this.hide();
    this.take(name);
  }

  /** Types an @, as the button does. */
  begin() {
    const end = this.area.selectionEnd;
    const at = /\S$/.test(this.area.value.slice(0, end)) ? " @" : "@";
    this.area.focus();
    this.area.setRangeText(at, end, end, "end");
  }
}
