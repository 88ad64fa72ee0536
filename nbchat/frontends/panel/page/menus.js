// Boxes that open above the panel, and lists to choose from.

/**
 * A box above everything that closes by itself: Esc, a click elsewhere, or a choice.
 *
 * @param {Panel} panel
 * @param {HTMLElement} anchor  what was pressed: where it opens, and where the focus returns to
 * @param {string} label
 * @param {...Child} content
 * @returns {HTMLElement}
 */
function popover(panel, anchor, label, ...content) {
  /** @param {ToggleEvent} event */
  const toggle = (event) => {
    if (event.newState === "closed") box.remove();
  };
  const attributes = { popover: "auto", role: "dialog", "aria-label": label, on: { toggle } };
  const box = element("div.pop", attributes, ...content);
  panel.root.append(box);
  box.showPopover({ source: anchor });
  /** @type {HTMLElement | null} */
  const first = box.querySelector("input,button,textarea");
  first?.focus();
  return box;
}

/**
 * A popover of buttons. The arrows go through them, as Tab does.
 *
 * @param {Panel} panel
 * @param {HTMLElement} anchor
 * @param {string} label
 * @param {MenuEntry[]} entries
 */
function menu(panel, anchor, label, entries) {
  /** @type {HTMLButtonElement[]} */
  const buttons = [];
  const shown = entries.map((one) => {
    if (!one) return element("hr");
    const [text, act, ...notes] = one;
    const entry = button("entry", "", () => {
      box.hidePopover();
      act();
    });
    const small = notes.map((note) => element("small", null, note));
    entry.append(element("span", { dir: "auto" }, text), ...small);
    buttons.push(entry);
    return entry;
  });
  const box = popover(panel, anchor, label, ...shown);
  /** @param {number} by */
  const step = (by) => {
    const at = buttons.findIndex((entry) => entry.matches(":focus"));
    buttons.at((at + by) % buttons.length)?.focus();
    return true;
  };
  onKeys(box, { ArrowDown: () => step(1), ArrowUp: () => step(-1) });
}

/** A list to choose from; the focus stays in the field that drives it. */
class Choices {
  /**
   * @param {HTMLElement} field
   * @param {string} label
   * @param {(value: string, place: number) => void} pick
   */
  constructor(field, label, pick) {
    this.field = field;
    this.pick = pick;
    /** @type {string[][]} */
    this.rows = [];
    /** @type {Element[]} */
    this.options = [];
    this.at = 0;
    /** The value that is in use, which has a sign. */
    this.current = "";
    this.node = element("ul.choices", {
      role: "listbox",
      id: `nbp-${newId()}`,
      "aria-label": label,
      on: { mousedown: (event) => event.preventDefault() },
    });
    field.setAttribute("aria-controls", this.node.id);
  }

  /**
   * @param {string[][]} rows  a value, and what is said of it
   * @param {number} [at]  which of them is marked
   */
  fill(rows, at = 0) {
    this.show(rows, at);
    put(this.node, ...this.options);
    this.move(0);
  }

  /**
   * The same, where the last of each row is the group it belongs to.
   *
   * @param {string[][]} rows
   * @param {number} at
   */
  fillGroups(rows, at) {
    this.show(
      rows.map((row) => row.slice(0, -1)),
      at,
    );
    /** @type {HTMLElement[]} */
    const groups = [];
    let name = "";
    rows.forEach((row, place) => {
      const group = row.at(-1) ?? "";
      if (!place || group !== name) {
        const head = group && element("small.head", { "aria-hidden": "true" }, group);
        groups.push(element("ul", { role: "group", "aria-label": group || null }, head || null));
      }
      name = group;
      groups.at(-1)?.append(this.options[place]);
    });
    put(this.node, ...groups);
    this.move(0);
  }

  /**
   * @param {string[][]} rows
   * @param {number} at
   */
  show(rows, at) {
    this.rows = rows;
    this.options = rows.map((row, place) => this.option(row, place));
    this.at = Math.max(0, at);
  }

  /**
   * @param {string[]} row
   * @param {number} place
   */
  option([value, ...notes], place) {
    const click = () => this.pick(value, place);
    const mousemove = () => place !== this.at && this.mark(place);
    const current = value && value === this.current ? "true" : null;
    const id = `${this.node.id}-${place}`;
    return element(
      "li",
      { role: "option", id, "aria-current": current, on: { click, mousemove } },
      element("span", null, value),
      element("div", null, ...notes.map((note) => note && element("small", null, note))),
    );
  }

  /**
   * One step goes round the ends, a page stops there.
   *
   * @param {number} step
   * @returns {true}
   */
  move(step) {
    const last = this.rows.length - 1;
    const to = this.at + step;
    if (Math.abs(step) > 1) this.mark(Math.min(Math.max(to, 0), last));
    else if (to < 0) this.mark(last);
    else this.mark(to > last ? 0 : to);
    this.options[this.at]?.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** @param {number} at */
  mark(at) {
    this.at = at;
    this.options.forEach((item, place) => {
      item.setAttribute("aria-selected", String(place === at));
    });
    this.field.setAttribute("aria-activedescendant", this.options[at]?.id ?? "");
  }

  /** @returns {true} */
  choose() {
    if (this.rows[this.at]) this.pick(this.rows[this.at][0], this.at);
    return true;
  }
}
