// The turns of the branch that is shown, in order, and what Python says of them.

// Turns that are shown at once.
const FOLD = 200;
// Turns that are asked for at a time.
const PAGE = 40;

class Transcript {
  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    /** @type {Map<string, TurnView>} */
    this.turns = new Map();
    /**
     * Addresses of images, by the id of their turn and their number.
     *
     * @type {Map<string, string>}
     */
    this.pictures = new Map();
    /** @type {string[]} */
    this.branch = [];
    /** @type {ToPage.State["places"]} */
    this.places = {};
    /**
     * Ids of those that got no answer.
     *
     * @type {string[]}
     */
    this.failed = [];
    /**
     * Questions that were being answered, by the id of their turn: a refusal may come late.
     *
     * @type {Map<string, ToPage.Question>}
     */
    this.asking = new Map();
    /** @type {TurnView[]} */
    this.shown = [];
    this.limit = FOLD;
    /** The turn whose rest has been asked for. */
    this.asked = "";
    /** @type {{ at: number, name: string } | null} */
    this.stepped = null;
    this.list = element("div");
    this.welcome = new Welcome(panel);
    this.earlier = button("quiet", phrase("earlier"), () => {
      this.limit += FOLD;
      this.arrange();
    });
    const log = { role: "log", "aria-live": "off", "aria-label": phrase("log"), tabindex: 0 };
    this.log = element("div.log", log, this.earlier, this.welcome.node, this.list);
  }

  get answering() {
    return [...this.turns.values()].some((turn) => turn.live);
  }

  /**
   * The turn of that id, made where there is none.
   *
   * @param {string} id
   * @returns {TurnView}
   */
  turn(id) {
    const turn = this.turns.get(id) ?? new TurnView(this.panel, id);
    this.turns.set(id, turn);
    return turn;
  }

  // --- what Python says

  /** @param {ToPage.State} state */
  follow({ ids, places, live, failed }) {
    this.branch = ids;
    this.places = places;
    this.failed = failed;
    const waiting = [...live, ...failed];
    this.forget((turn) => {
      const over = (turn.live || turn.failed) && !waiting.includes(turn.id);
      // Its words come back, behind the next question where one is asked.
      if (over && turn.failed) this.panel.questions.put(turn, live.length > 0);
      return over;
    });
    this.panel.scroll.keep(() => this.arrange());
  }

  /** @param {ToPage.Open} message */
  open(message) {
    const end = this.branch.indexOf(message.after);
    if (end >= 0 || !message.after) this.branch = this.branch.slice(0, end + 1);
    this.forget((turn) => turn.id === message.id && !turn.live);
    this.asking.set(message.id, message.question);
    this.panel.scroll.keep(() => {
      this.turn(message.id).start(message);
      this.arrange();
    });
  }

  /**
   * After a gap one request is enough: what comes then is whole.
   *
   * @param {ToPage.Delta} message
   */
  grow(message) {
    this.panel.scroll.keep(() => {
      if (this.turns.get(message.id)?.grow(message)) {
        this.asked = "";
      } else if (this.asked !== message.id) {
        this.asked = message.id;
        this.panel.connection.want([message.id]);
      }
    });
  }

  /**
   * @param {ToPage.End} message
   * @returns {boolean}  false where the turn has to be asked for
   */
  end(message) {
    const turn = this.turns.get(message.id);
    if (!turn || (turn.seq !== message.seq && message.html === undefined)) {
      this.panel.connection.want([message.id]);
      return false;
    }
    this.asking.delete(message.id);
    this.panel.scroll.keep(() => turn.finish(message));
    return true;
  }

  /** @param {ToPage.Refusal} message */
  refuse(message) {
    const question = message.question ?? this.asking.get(message.id);
    this.panel.scroll.keep(() => {
      this.turn(message.id).fail({ ...message, question });
      this.arrange();
    });
  }

  /** @param {DataView<ArrayBuffer>} data */
  async fill(data) {
    const rows = await inflated(data);
    this.panel.scroll.keep(() => {
      for (const row of rows) {
        if (this.branch.includes(row.id)) this.turn(row.id).finish(row);
      }
      this.arrange();
    });
  }

  /**
   * @param {ToPage.Picture} message
   * @param {DataView<ArrayBuffer>} data
   */
  picture({ id, number, type }, data) {
    const url = URL.createObjectURL(new Blob([data], { type }));
    this.pictures.set(`${id}/${number}`, url);
    this.panel.scroll.keep(() => {
      const image = this.turns.get(id)?.images[number];
      if (image) image.src = url;
    });
  }

  // --- showing it

  /** @param {(turn: TurnView) => boolean} [which]  all, where it is not said */
  forget(which = () => true) {
    for (const [id, turn] of this.turns) {
      if (!which(turn)) continue;
      turn.quiet();
      this.turns.delete(id);
    }
  }

  /**
   * Puts the turns of the branch in order and asks for those that are not there, the newest first.
   */
  arrange() {
    const ids = this.branch.slice(-this.limit);
    const known = ids.flatMap((id) => this.turns.get(id) ?? []);
    const after = [...this.turns.values()].filter(
      (turn) => (turn.live || turn.failed) && !ids.includes(turn.id),
    );
    this.shown = [...known, ...after];
    this.show(this.shown.map((turn) => turn.node));
    for (const turn of known) turn.place(...(this.places[turn.id] ?? [0, 1]));
    this.earlier.hidden = ids.length === this.branch.length;
    this.welcome.node.hidden = this.shown.length > 0 || this.branch.length > 0;
    const missing = [
      ...ids.filter((id) => !this.turns.has(id)),
      ...this.failed.filter((id) => !this.turns.get(id)?.failed),
    ];
    if (missing.length) this.panel.connection.want(missing.slice(-PAGE));
    this.refocus();
  }

  /**
   * Makes these the list's children; those that are in their place are not touched.
   *
   * @param {Element[]} nodes
   */
  show(nodes) {
    const { list } = this;
    const wanted = new Set(nodes);
    for (const node of [...list.children]) if (!wanted.has(node)) node.remove();
    nodes.forEach((node, place) => {
      const there = list.children[place] ?? null;
      if (there !== node) list.insertBefore(node, there);
    });
  }

  /**
   * Show another of the turns that were asked in this one's place.
   *
   * @param {TurnView} turn
   * @param {number} number
   * @param {string} name  of the button that was pressed
   */
  step(turn, number, name) {
    this.stepped = { at: this.branch.indexOf(turn.id), name };
    this.panel.connection.send({ kind: "branch", id: turn.id, number });
  }

  /** The button that was pressed is gone with its turn; the one in its place gets the focus. */
  refocus() {
    if (!this.stepped) return;
    const { at, name } = this.stepped;
    const actions = this.turns.get(this.branch[at])?.actions;
    /** @type {HTMLElement | null | undefined} */
    const next =
      actions?.querySelector(`[data-step=${name}]:enabled`) ??
      actions?.querySelector("[data-step]:enabled");
    if (!next || document.activeElement !== document.body) return;
    next.focus();
    this.stepped = null;
  }
}
