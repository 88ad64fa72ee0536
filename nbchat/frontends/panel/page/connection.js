// The way to Python and back. `messages.d.ts` has all the messages.

// Milliseconds to wait for the answer of a kernel that may be busy.
const PATIENCE = 3000;

class Connection {
  /**
   * @param {WidgetModel} model
   * @param {HearMessage} hear
   * @param {() => void} lost  called once, where the kernel has gone
   */
  constructor(model, hear, lost) {
    this.model = model;
    this.lost = lost;
    this.gone = false;
    this.view = newId();
    /**
     * Who waits for an answer.
     *
     * @type {Set<(answer: any) => void>}
     */
    this.waiting = new Set();
    /** @type {HearMessage} */
    this.hear = (message, buffers) => {
      for (const take of this.waiting) take(message);
      hear(message, buffers);
    };
    // Where the kernel has gone, this fails.
    this.lived = () => this.want([]);
    model.on("msg:custom", this.hear);
    model.on("comm_live_update", this.lived);
  }

  open() {
    this.send({ kind: "sync", view: this.view, language: SPOKEN });
  }

  close() {
    this.model.off("msg:custom", this.hear);
    this.model.off("comm_live_update", this.lived);
    this.send({ kind: "bye", view: this.view });
  }

  /**
   * @param {ToPython.Message} message
   * @param {ArrayBuffer[]} [buffers]
   */
  send(message, buffers) {
    try {
      this.model.send(message, undefined, buffers);
    } catch {
      if (!this.gone) {
        this.gone = true;
        this.lost();
      }
    }
  }

  /** @param {string[]} ids  of turns */
  want(ids) {
    this.send({ kind: "want", ids });
  }

  /**
   * Ask Python for something; undefined where no answer comes, because the kernel is busy.
   *
   * @template {ToPython.Request["kind"]} Kind
   * @param {Extract<ToPython.Request, { kind: Kind }>} request
   * @returns {Promise<Extract<ToPage.Answer, { kind: Kind }> | undefined>}
   */
  request(request) {
    const asked = Object.entries(request);
    return new Promise((done) => {
      const take = (/** @type {any} */ answer) => {
        if (answer && !asked.every(([name, value]) => answer[name] === value)) return;
        this.waiting.delete(take);
        done(answer);
      };
      this.waiting.add(take);
      setTimeout(take, PATIENCE);
      this.send(request);
    });
  }
}
