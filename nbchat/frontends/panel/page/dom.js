// Words, elements, and what is done with them.

// The kernel's language; where it has none, that of who has the page or the browser in Chinese.
const SPOKEN =
  LANGUAGE || (/\bzh/.test(`${document.documentElement.lang} ${navigator.language}`) ? "zh" : "en");
const PHRASES = WORDS[SPOKEN];
// How a person who reads it writes dates and numbers.
const LOCALE = navigator.languages.find((name) => name.startsWith(SPOKEN)) ?? SPOKEN;

/**
 * A phrase of words.json in the reader's language, with values for its {0}, {1}, …
 *
 * @param {string} name
 * @param {...(string | number)} values
 * @returns {string}
 */
function phrase(name, ...values) {
  const text = PHRASES[name] ?? name;
  return text.replace(/\{(\d)\}/g, (_, place) => String(values[place]));
}

/**
 * Makes an element: element("div.row"). What comes from people or models is a child here, so it
 * is text and never markup. An attribute is there or not for true and false, and not for null.
 *
 * @template {string} Name
 * @param {Name} name
 * @param {Attributes | null} [attributes]
 * @param {...Child} children
 * @returns {ElementOf<Name>}
 */
function element(name, attributes, ...children) {
  const [tag, kind] = name.split(".");
  const { on, ...others } = attributes ?? {};
  /** @type {any} */
  const made = document.createElement(tag);
  if (kind) made.className = kind.startsWith("nbc") ? kind : `nbp-${kind}`;
  for (const [event, hear] of Object.entries(on ?? {})) made.addEventListener(event, hear);
  for (const [key, value] of Object.entries(others)) {
    if (typeof value === "boolean") made.toggleAttribute(key, value);
    else if (value != null) made.setAttribute(key, value);
  }
  put(made, ...children);
  return made;
}

/**
 * Puts these children in place of those that are there.
 *
 * @param {Element} parent
 * @param {...Child} children
 */
function put(parent, ...children) {
  parent.replaceChildren(...children.filter((child) => child != null));
}

/**
 * @param {string} kind  its class without our prefix, or ""
 * @param {string} label
 * @param {(event: MouseEvent) => unknown} click
 * @param {Attributes} [attributes]
 * @returns {HTMLButtonElement}
 */
function button(kind, label, click, attributes) {
  const made = element("button", { type: "button", on: { click }, ...attributes }, label);
  if (kind) made.className = `nbp-${kind}`;
  return made;
}

/**
 * The only place where a string becomes markup; it is always render's cleaned HTML.
 *
 * @param {string} html
 * @returns {DocumentFragment}
 */
function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  // Without our style a formula is hidden and its source shown. Here the style is always there,
  // and some pages (marimo) insist that what is hidden stays so.
  /** @type {NodeListOf<HTMLElement>} */
  const formulas = template.content.querySelectorAll("i[hidden]");
  for (const drawn of formulas) {
    drawn.nextSibling?.remove();
    drawn.hidden = false;
  }
  return template.content;
}

/**
 * Opens what the reader has opened: the folds in `fresh` are those in `old`, in the same order.
 *
 * @param {ParentNode[]} old
 * @param {ParentNode[]} fresh
 */
function keepFolds(old, fresh) {
  const folds = (/** @type {ParentNode} */ part) => [...part.querySelectorAll("details")];
  const before = old.flatMap(folds);
  fresh.flatMap(folds).forEach((fold, place) => {
    fold.open = before[place]?.open ?? false;
  });
}

/**
 * Makes `old` look like `fresh` by touching only what differs, so that selections and scroll
 * positions stay.
 *
 * @param {Node} old
 * @param {Node} fresh
 */
function morph(old, fresh) {
  const wanted = [...fresh.childNodes];
  wanted.forEach((node, place) => {
    const was = old.childNodes[place];
    if (!was) {
      old.appendChild(node);
    } else if (was instanceof Text && node instanceof Text) {
      if (was.data !== node.data) was.data = node.data;
    } else if (was.cloneNode().isEqualNode(node.cloneNode())) {
      morph(was, node);
    } else {
      was.replaceWith(node);
    }
  });
  while (old.childNodes.length > wanted.length) old.lastChild?.remove();
}

/**
 * Listens to keys, but not to those of an input method: Chrome says isComposing, Safari sends 229
 * after the end, some say neither.
 *
 * @param {HTMLElement} area
 * @param {Keys} keys
 */
function onKeys(area, keys) {
  let composing = false;
  const ended = () => {
    composing = false;
  };
  area.addEventListener("compositionstart", () => {
    composing = true;
  });
  area.addEventListener("compositionend", () => setTimeout(ended));
  area.addEventListener("blur", ended);
  area.addEventListener("keydown", (event) => {
    if (composing || event.isComposing || event.keyCode === 229) return;
    if (keys[event.key]?.(event)) event.preventDefault();
  });
}

/**
 * What Python deflates: a page of turns.
 *
 * @param {DataView<ArrayBuffer>} data
 * @returns {Promise<ToPage.Row[]>}
 */
async function inflated(data) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

/**
 * @param {string} text
 * @returns {string}
 */
function short(text) {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** @returns {string} */
function newId() {
  return Math.random().toString(36).slice(2);
}
