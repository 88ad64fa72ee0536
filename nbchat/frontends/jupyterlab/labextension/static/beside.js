// The panel beside the notebook: one place in the right sidebar, for the notebook that is worked in.

import { element } from "./cells.js";

const PLACE = "nbchat-beside";
const WIDGET = "application/vnd.jupyter.widget-view+json";
const WIDTH = 380; // pixels in which a conversation is read well

/**
 * @param {Lab} lab
 * @param {LuminoWidgets} widgets
 * @param {Restorer | null} restorer
 * @returns {Beside | null}  nothing where this application has no such place
 */
export function besideNotebooks(lab, { Panel, Widget }, restorer) {
  const { app, tracker, phrase } = lab;
  /** @type {Map<NotebookPanel | null, Neighbour>} */
  const neighbours = new Map();
  const atWork = () => neighbours.get(tracker.currentWidget);
  let isNew = false;
  const note = sentence("none", "start", () => app.commands.execute("nbchat:panel"));
  const place = Object.assign(new Panel(), { id: PLACE, onAfterShow });
  place.node.tabIndex = -1;
  place.title.iconClass = "nbchat-icon";
  place.node.append(note);
  stand();
  if (!place.parent) return null;
  restorer?.add(place, PLACE);
  app.restored.then(() => {
    if (place.isVisible) return;
    isNew = true;
    // Notebook 7 restores no sidebar.
    if (!restorer && sessionStorage[PLACE]) reveal();
    // Until there is something to show.
    else place.parent = null;
  });
  addEventListener("pagehide", () => {
    sessionStorage[PLACE] = place.isVisible || "";
  });
  tracker.currentChanged.connect(follow);

  function onAfterShow() {
    if (isNew) requestAnimationFrame(widen);
    isNew = false;
    follow();
  }

  /** Where nobody has dragged it, it is as narrow as it can be. */
  function widen() {
    /** @type {Widget} */
    let area = place;
    while (area.parent && !area.parent.setRelativeSizes) area = area.parent;
    const { node, parent } = area;
    if (!parent || node.offsetWidth > parseFloat(node.style.minWidth) + 1) return;
    const sizes = parent.relativeSizes();
    const at = parent.widgets.indexOf(area);
    const more = sizes[at] * (WIDTH / node.offsetWidth - 1);
    sizes[at] += more;
    sizes[at - 1] -= more;
    parent.setRelativeSizes(sizes);
  }

  function stand() {
    if (!place.parent) app.shell.add(place, "right");
  }

  function draw() {
    const current = atWork();
    for (const one of neighbours.values()) {
      one.panel.node.classList.toggle(PLACE, !!one.shown);
      one.shown?.setHidden(one !== current);
    }
    note.hidden = !!current?.shown;
    const words = /** @type {HTMLDataElement} */ (note.firstChild);
    words.value = current?.isLost ? "restarted" : "none";
    place.title.caption = phrase("panel");
    /** @type {NodeListOf<HTMLDataElement | HTMLButtonElement>} */
    const said = document.querySelectorAll(".nbchat-note > *");
    for (const node of said) node.textContent = phrase(node.value);
  }

  /** Asks the kernel for the panel of the notebook that is worked in. */
  async function follow() {
    draw();
    const one = atWork();
    if (!one?.kernel.isOpen || one.shown) return;
    const make = place.isVisible || one.isLost;
    const answer = await one.kernel.request({ kind: "panel", make });
    if (answer?.model) attach(one, answer.model);
  }

  /**
   * @param {Neighbour} one
   * @param {string} model  the widget's id; "" for none
   */
  function attach(one, model) {
    const { id, content, isDisposed } = one.panel;
    if (one.shown?.node.dataset.nbchatModel === model) return;
    one.shown?.dispose();
    one.shown = null;
    if (model && !isDisposed) {
      one.shown = content.rendermime.createRenderer(WIDGET);
      // The panel looks for its notebook, and for its line in a cell.
      Object.assign(one.shown.node.dataset, { nbchatNotebook: id, nbchatModel: model });
      const data = { [WIDGET]: { model_id: model } };
      one.shown.renderModel({ data, metadata: {}, trusted: true });
      place.addWidget(one.shown);
      stand();
    }
    draw();
  }

  function reveal() {
    stand();
    app.shell.activateById(PLACE);
  }

  function open() {
    reveal();
    // A panel that is not there yet takes the keys from here.
    place.node.focus();
    atWork()?.shown?.node.querySelector("textarea")?.focus();
  }

  /**
   * @param {string} said
   * @param {string} name  of the button after it
   * @param {() => Promise<void> | void} act
   */
  function sentence(said, name, act) {
    const words = element("data", { value: said }, phrase(said));
    return element("div", { className: "nbchat-note" }, words, " ", lab.button(name, act));
  }

  /** The line in a cell. */
  function line() {
    const node = sentence("beside", "show", open);
    const renderModel = async (/** @type {OutputModel} */ { data }) => {
      node.dataset.nbchatLine = data[WIDGET]?.model_id;
    };
    return Object.assign(new Widget({ node }), { renderModel });
  }

  return {
    open,
    draw,
    watch(panel, kernel) {
      /** @type {Neighbour} */
      const one = { panel, kernel, shown: null, isLost: false };
      neighbours.set(panel, one);
      // What a cell of `%chat panel` has besides the widget.
      const mimeTypes = ["application/vnd.nbchat.panel"];
      const factory = { safe: true, mimeTypes, createRenderer: line };
      // A rank: smaller than the widget's.
      panel.content.rendermime.addFactory(factory, -20);
      kernel.onChange((model) => {
        if (!kernel.isOpen && one.shown) {
          one.isLost = true;
          attach(one, "");
        }
        if (model) attach(one, model);
        follow();
        if (model && one === atWork()) reveal();
      }, panel);
      panel.disposed.connect(() => {
        neighbours.delete(panel);
        attach(one, "");
      });
    },
    ask(panel, text) {
      const root = neighbours.get(panel)?.shown?.node.querySelector(".nbp-root");
      if (!root?.checkVisibility()) return false;
      return root.dispatchEvent(new CustomEvent("nbchat-ask", { detail: text }));
    },
  };
}
