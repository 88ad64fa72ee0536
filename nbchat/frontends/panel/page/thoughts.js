// What a model thought before it answered. It folds once the answer has begun.

// Milliseconds after the answer's first word.
const FOLDS = 600;

class Thoughts {
  constructor() {
    /** By a person, who has decided what is open. */
    this.touched = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    const click = () => {
      this.touched = true;
    };
    this.summary = element("summary", { on: { click } }, phrase("think"));
    this.box = element("div", { class: "nbc-thought nbc-last", dir: "auto", tabindex: 0 });
    this.node = element("details", { open: true }, this.summary, this.box);
  }

  /** @param {string} text  further words */
  add(text) {
    this.box.append(text);
    this.box.scrollTop = this.box.scrollHeight;
  }

  clear() {
    put(this.box);
  }

  /**
   * @param {string} html
   * @param {number} words
   */
  finish(html, words) {
    this.summary.textContent =
      words > 1 ? phrase("thinkWords", words.toLocaleString(LOCALE)) : phrase("think");
    this.box.className = "nbc-thought";
    put(this.box, parsed(html));
    this.fold();
  }

  foldSoon() {
    this.timer ??= setTimeout(() => this.fold(), FOLDS);
  }

  fold() {
    if (!this.touched) this.node.open = false;
  }
}
