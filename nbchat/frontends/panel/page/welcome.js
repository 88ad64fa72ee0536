// What a conversation shows in which nothing was asked yet: what it is, and what to begin with.

class Welcome {
  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    /** The names of the DataFrames that are offered, as text to compare. */
    this.frames = "";
    this.starters = element("div.chips");
    this.node = element(
      "div.empty",
      null,
      element("h3", null, phrase("newChat")),
      element("p", null, phrase("empty")),
      this.starters,
    );
  }

  /** @param {string[]} [frames] */
  offer(frames = []) {
    if (frames.join() === this.frames) return;
    this.frames = frames.join();
    put(this.starters, ...this.asks(frames).map(([ask, name]) => this.starter(ask, name)));
  }

  /**
   * Of one DataFrame several questions, of more of them one each.
   *
   * @param {string[]} frames
   * @returns {[ask: string, name: string][]}
   */
  asks(frames) {
    const [first, ...others] = frames;
    if (!first) return [];
    if (others.length) return frames.map((name) => ["describe", name]);
    return ["describe", "plotIt", "lacks"].map((ask) => [ask, first]);
  }

  /**
   * @param {string} ask
   * @param {string} name
   */
  starter(ask, name) {
    const { panel } = this;
    const words = phrase(ask, name);
    return button("starter", words, () => {
      if (!panel.composer.things.some((one) => one.name === name)) {
        panel.composer.attach("variable", name);
      }
      panel.composer.write(words);
      panel.focus();
    });
  }
}
