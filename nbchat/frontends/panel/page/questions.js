// What this view asks, from Enter until the kernel has heard of it.

// Milliseconds after which it is said that the kernel is busy.
const SILENT = 4000;
// Questions whose words a page that is loaded again still has.
const LAST_SENT = 8;
// Those of the page that was here before.
const EARLIER = sentWords();

class Questions {
  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    /** The request of which the kernel has not heard yet. */
    this.sent = "";
    /**
     * What was typed, by request.
     *
     * @type {Map<string, Draft>}
     */
    this.drafts = new Map();
    /**
     * The refused question that is asked once more.
     *
     * @type {TurnView | null}
     */
    this.retried = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {Draft} draft */
  async ask(draft) {
    const request_id = this.expect(draft);
    const buffers = await Promise.all(draft.images.map(({ blob }) => blob.arrayBuffer()));
    // Stopped already.
    if (request_id !== this.sent) return;
    const { text } = draft;
    const conversation = this.panel.name;
    /** @type {string[]} */
    const variables = [];
    /** @type {ToPython.Along[]} */
    const along = [];
    for (const { of, name, mark = "" } of draft.things) {
      if (of === "variable") variables.push(name);
      else along.push({ of, name, mark });
    }
    const images = draft.images.map(({ name }) => name);
    /** @type {ToPython.Send} */
    const message = { kind: "send", request_id, text, conversation, variables, along, images };
    if (draft.run) message.run = true;
    this.panel.connection.send(message, buffers);
  }

  /**
   * Has the model run code of an answer, so that it sees what comes of it. A person consents to
   * what it then asks to run.
   *
   * @param {string} language
   * @param {string} code
   */
  run(language, code) {
    const { panel } = this;
    if (panel.busy) {
      panel.warn(phrase("busy"));
      return;
    }
    const inside = code.match(/\x60+/g) ?? [];
    const fence = "\x60".repeat(Math.max(3, ...inside.map((ticks) => ticks.length + 1)));
    const block = [fence + language, code.trimEnd(), fence].join("\n");
    const text = `${phrase("runThis")}\n\n${block}`;
    this.ask({ text, things: [], images: [], run: true });
    panel.focus();
  }

  /**
   * @param {TurnView} turn
   * @param {string} [text]  to be asked in its place
   */
  again(turn, text) {
    const { panel } = this;
    if (panel.busy) {
      panel.warn(phrase("busy"));
    } else {
      const { failed, request, question } = turn;
      const empty = { text: failed ? question.text : "", things: [], images: [] };
      const before = (failed && this.draft(request)) || empty;
      const draft = text ? { ...before, text, instead: failed ? null : turn } : before;
      const request_id = this.expect(draft);
      if (failed) this.retried = turn;
      const more = text ? { text } : {};
      panel.connection.send({ kind: "again", request_id, id: turn.id, ...more });
    }
    panel.focus();
  }

  /**
   * From here on there is something to stop, though the kernel has not heard of it yet.
   *
   * @param {Draft} draft
   * @returns {string}  the request's id
   */
  expect(draft) {
    const { panel } = this;
    this.sent = newId();
    this.drafts.set(this.sent, draft);
    keepSentWords(this.sent, draft.text);
    panel.toast.hidden = true;
    this.timer = setTimeout(() => panel.warn(phrase("silent")), SILENT);
    panel.scroll.pin();
    panel.composer.show();
    return this.sent;
  }

  /** The kernel has heard of what was sent; it is in the transcript now, or in the queue. */
  arrived() {
    this.settle();
    this.panel.composer.show();
  }

  /** What was sent will never be heard of; it goes back to where it was typed. */
  takeBack() {
    const { sent } = this;
    this.settle();
    this.giveBack(sent);
    this.panel.composer.show();
  }

  /** Wait for nothing any more. */
  settle() {
    clearTimeout(this.timer);
    this.panel.unwarn(phrase("silent"));
    this.sent = "";
  }

  /**
   * What was typed here for a question, or in this page before it was loaded again.
   *
   * @param {string} request
   * @returns {Draft | undefined}
   */
  draft(request) {
    const text = EARLIER[request];
    delete EARLIER[request];
    const earlier = text === undefined ? text : { text, things: [], images: [] };
    return this.drafts.get(request) ?? earlier;
  }

  /**
   * A refused question is no longer shown; its words are not lost.
   *
   * @param {TurnView} turn
   * @param {boolean} behind  whether it is only to be recalled
   */
  put(turn, behind) {
    const { composer } = this.panel;
    if (turn === this.retried) {
      this.retried = null;
      return;
    }
    const draft = behind ? undefined : this.draft(turn.request);
    if (draft) composer.back(draft);
    else composer.keep(turn.question.text);
  }

  /** @param {string} request  another view's request is none of ours */
  giveBack(request) {
    const draft = this.draft(request);
    if (!draft) return;
    this.drafts.delete(request);
    this.panel.composer.back(draft);
  }

  stop() {
    this.panel.connection.send({ kind: "stop" });
    this.takeBack();
  }

  close() {
    clearTimeout(this.timer);
  }
}

/**
 * The words of the last questions, by request, which the browser keeps for a page that is loaded
 * again, where it lets us.
 *
 * @returns {Record<string, string>}
 */
function sentWords() {
  try {
    return JSON.parse(sessionStorage.nbchatSent ?? "{}");
  } catch {
    return {};
  }
}

/**
 * @param {string} request
 * @param {string} text
 */
function keepSentWords(request, text) {
  try {
    const last = [...Object.entries(sentWords()), [request, text]].slice(-LAST_SENT);
    sessionStorage.nbchatSent = JSON.stringify(Object.fromEntries(last));
  } catch {
    // A browser that keeps nothing.
  }
}
