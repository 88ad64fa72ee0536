// Pieces: settled markup with buttons on its code, and what goes along with a question.

/**
 * Markup of settled blocks, with buttons on code; the model's own HTML cannot have any.
 *
 * @param {Panel} panel
 * @param {string} html
 * @returns {DocumentFragment}
 */
function dressed(panel, html) {
  const fragment = parsed(html);
  for (const block of fragment.querySelectorAll("fieldset")) {
    const head = barOf(block);
    dressHead(panel, head, block.children[1]);
  }
  return fragment;
}

/**
 * The bar above code, with the language's name and room for buttons.
 *
 * @param {Element} block
 * @returns {Element}
 */
function barOf(block) {
  if (block.firstChild?.nodeName === "PRE") block.prepend(element("legend"));
  const [head] = block.children;
  put(head, element("span", null, head.textContent));
  return head;
}

/**
 * @param {Panel} panel
 * @param {Element} head  has the name of the code's language
 * @param {Element} code
 */
function dressHead(panel, head, code) {
  const language = head.textContent ?? "";
  const text = () => code.textContent ?? "";
  const copy = button("", phrase("copy"), () => panel.copy(copy, text()));
  head.append(copy);
  const start = CELLS[language.toLowerCase()];
  if (start === undefined || !(language || looksLikeCode(text()))) return;
  if (language && !start) {
    head.append(button("", phrase("runIt"), () => panel.questions.run(language, text())));
  }
  const places = placesOf(panel);
  for (const where of places) {
    const insert = button("place", phrase(where), () =>
      panel.insert(insert, start + text(), where),
    );
    if (where === "replace") showsAim(panel, insert);
    head.append(insert);
  }
  if (places[1]) head.append(allPlaces(panel, places, () => start + text()));
}

/**
 * A menu of the places, for a bar that has no room for a button of each.
 *
 * @param {Panel} panel
 * @param {Place[]} places
 * @param {() => string} source
 */
function allPlaces(panel, places, source) {
  const open = () => {
    /** @type {(where: Place) => MenuEntry} */
    const entry = (where) => [phrase(where), () => panel.insert(all, source(), where)];
    menu(panel, all, phrase("elsewhere"), places.map(entry));
  };
  const all = button("places", "⋯", open, { "aria-label": phrase("elsewhere") });
  return all;
}

/**
 * Whether a block without a language may go into a cell: what a program has printed does not.
 *
 * @param {string} text
 */
function looksLikeCode(text) {
  const begins = /^(import|from|def|class|for|if|with|print|%|!|#|@)/;
  return text
    .split("\n")
    .some((line) => begins.test(line.trimStart()) || / = |[\w\]]\(/.test(line));
}

/**
 * @param {Panel} panel
 * @param {ToPage.Attachment} shown  unfolds where it has a value
 * @param {ToPython.Whole | ToPython.Value} [whole]  how all of that is asked for
 * @param {{ open?: boolean }} [kept]  whether it is unfolded, where it is shown anew
 * @returns {HTMLElement}
 */
function attachment(panel, [label, value, cut], whole, kept = {}) {
  if (!value) return element("span.att", null, label);
  const text = element("pre", { tabindex: 0 }, value);
  const all = button("quiet", phrase("all"), async () => {
    const found = whole && (await panel.connection.request(whole));
    if (!found) return;
    put(text, found.text);
    all.remove();
  });
  const toggle = () => {
    kept.open = fold.open;
  };
  const attributes = { open: kept.open ?? false, on: { toggle } };
  const fold = element(
    "details.att",
    attributes,
    element("summary", null, label),
    text,
    cut && all,
  );
  return fold;
}

/**
 * @param {Child} label
 * @param {string} name  what is removed
 * @param {() => void} remove
 */
function chip(label, name, remove) {
  const cross = button("", "×", remove, { "aria-label": phrase("remove", name) });
  return element("span.chip", null, label, cross);
}
