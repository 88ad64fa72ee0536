// Says a word in the reader's language.
const spoken = { ...WORDS.en, ...WORDS[navigator.language.slice(0, 2)] };
const t = (word, ...values) => (spoken[word] ?? word).replace(/\{(\d)\}/g, (_, n) => values[n]);

// Makes an element: h("div.row"). What comes from people or models is a child here, so it is text and never markup.
function h(name, props, ...children) {
  const [tag, kind] = name.split(".");
  const el = document.createElement(tag);
  if (kind) el.className = kind.startsWith("nbc") ? kind : `nbp-${kind}`;
  for (const [key, value] of Object.entries(props ?? {})) {
    if (typeof value === "function") el.addEventListener(key, value);
    else if (typeof value === "boolean") el.toggleAttribute(key, value);
    else if (value != null) el.setAttribute(key, value);
  }
  el.append(...children.filter((child) => child != null));
  return el;
}

const put = (el, ...children) => el.replaceChildren(...children);
const button = (kind, label, click, props) => h(`button${kind}`, { type: "button", click, ...props }, label);

// The only place where a string becomes markup; it is always render/'s sanitised HTML.
function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  // Without our style a formula is hidden and its source shown. Here the style is always there, and some pages (marimo)
  // insist that what is hidden stays so.
  for (const drawn of template.content.querySelectorAll("i[hidden]")) {
    drawn.nextSibling.remove();
    drawn.hidden = false;
  }
  return template.content;
}

// Makes `old` look like `fresh` by touching only what differs, so that selections and scroll positions stay.
function morph(old, fresh) {
  const wanted = [...fresh.childNodes];
  wanted.forEach((node, i) => {
    const was = old.childNodes[i];
    if (!was) old.append(node);
    else if (was.nodeType === 3 && node.nodeType === 3) was.data === node.data || (was.data = node.data);
    else if (was.cloneNode().isEqualNode(node.cloneNode())) morph(was, node);
    else was.replaceWith(node);
  });
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
}

// An input method's Enter is not Enter: Chrome says isComposing, Safari sends 229 after the end, some say neither.
function onKeys(area, keys) {
  let composing = false;
  const listen = (kind, hear) => area.addEventListener(kind, hear);
  listen("compositionstart", () => (composing = true));
  listen("compositionend", () => setTimeout(() => (composing = false)));
  listen("blur", () => (composing = false));
  listen("keydown", (event) => {
    if (composing || event.isComposing || event.keyCode === 229) return;
    if (keys[event.key]?.(event)) event.preventDefault();
  });
}

// What Python deflates: a page of turns.
async function inflated(data) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

const short = (text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
const newId = () => Math.random().toString(36).slice(2);
