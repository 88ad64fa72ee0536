// Cards that ask whether a tool may run. No key runs anything but on the button that says so, and
// what has just appeared under the pointer is not pressed yet.

// Milliseconds before a new card can be answered.
const ARMED = 500;
// Milliseconds that it is said who has answered.
const TOLD = 8000;

class Consents {
  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    /** @type {Map<string, Card>} */
    this.cards = new Map();
    this.node = element("div.cards");
  }

  /** @param {ToPage.Card[]} cards  all that wait */
  follow(cards) {
    const ids = cards.map(({ id }) => id);
    for (const [id, card] of this.cards) if (!ids.includes(id)) this.close(id, card);
    for (const asked of cards) {
      if (this.cards.has(asked.id)) continue;
      const card = new Card(this.panel, asked);
      this.cards.set(asked.id, card);
      this.node.append(card.node);
      this.panel.say(card.title);
    }
  }

  /**
   * @param {string} id
   * @param {Card} card
   */
  close(id, card) {
    const focused = card.node.contains(document.activeElement);
    card.node.remove();
    if (!card.isAnsweredInCell) leaveBoxes(id);
    this.cards.delete(id);
    if (focused) this.panel.focus();
  }

  /** @param {ToPage.Answered} message */
  answered({ id, by, view, approved }) {
    const card = this.cards.get(id);
    if (card) card.isAnsweredInCell = by === "the cell";
    if (!card || view === this.panel.connection.view) return;
    const words = phrase(approved ? "letRun" : "letNotRun", phrase(by));
    this.panel.warn(words);
    setTimeout(() => this.panel.unwarn(words), TOLD);
  }
}

class Card {
  /**
   * @param {Panel} panel
   * @param {ToPage.Card} asked
   */
  constructor(panel, asked) {
    const { id, tool, steps, html, code, can_run } = asked;
    this.panel = panel;
    this.id = id;
    this.isAnsweredInCell = false;
    this.title = steps ? phrase("asksPlan", steps) : phrase("asksTool", tool);
    this.shown = element("div", { class: "nbc nbp-what", tabindex: 0 }, parsed(html));
    this.area = element("textarea", {
      "aria-label": phrase("editCode"),
      spellcheck: "false",
      dir: "ltr",
      hidden: true,
    });
    this.run = button("quiet", phrase(steps ? "runPlan" : "allow"), () => this.answer("run"));
    this.edit = button("quiet", phrase("edit"), () => this.toEdit(code ?? ""));
    this.refuse = button("quiet", phrase("refuse"), () => this.answer("refuse"));
    this.edit.hidden = code === undefined;
    this.reason = element("input", {
      "aria-label": phrase("reason"),
      placeholder: phrase("reason"),
      maxlength: 2000,
      dir: "auto",
    });
    this.rest = element("input", { type: "checkbox" });
    const rest = steps ? null : element("label", null, this.rest, phrase("rest", tool));
    this.arm(can_run);
    onKeys(this.reason, { Enter: () => this.answer("refuse") });
    const heading = element("strong", { id: `nbp-${id}` }, this.title);
    this.node = element(
      "div.card",
      { role: "alertdialog", "aria-labelledby": heading.id },
      heading,
      this.shown,
      this.area,
      element("div.row", null, this.run, this.edit, this.refuse, this.reason),
      rest,
    );
    onKeys(this.node, { Escape: () => this.leave() });
  }

  /** @param {boolean} can_run */
  arm(can_run) {
    const { run, rest } = this;
    run.disabled = true;
    rest.disabled = !can_run;
    if (!can_run) return;
    setTimeout(() => {
      run.disabled = false;
    }, ARMED);
  }

  /** @param {string} code */
  toEdit(code) {
    const { area, shown, edit } = this;
    const begins = area.hidden;
    if (begins) area.value = code;
    area.hidden = !begins;
    shown.hidden = begins;
    edit.textContent = phrase(begins ? "unedit" : "edit");
    if (begins) area.focus();
  }

  /** @returns {true}  Esc answers nothing */
  leave() {
    this.panel.focus();
    return true;
  }

  /**
   * @param {ToPython.Decide["how"]} how
   * @returns {true}
   */
  answer(how) {
    const { panel, id, area, rest, reason } = this;
    const runs = how === "run";
    const edited = runs && !area.hidden;
    if (edited && !area.value.trim()) return true;
    panel.connection.send({
      kind: "decide",
      view: panel.connection.view,
      id,
      how,
      reason: runs ? "" : reason.value,
      rest: runs && rest.checked,
      ...(edited ? { code: area.value } : {}),
    });
    this.node.classList.add("nbp-sent");
    return true;
  }
}

/**
 * Press Enter in the input box where a cell of this page asks the same, and nobody waits any more:
 * until then JupyterLab runs no other cell.
 *
 * @param {string} id
 */
function leaveBoxes(id) {
  const cell = document.querySelector(`.nbc-asks-${id}`)?.closest(".jp-OutputArea");
  const box = cell?.querySelector("input.jp-Stdin-input");
  if (!(box instanceof HTMLInputElement)) return;
  box.value = "";
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
}
