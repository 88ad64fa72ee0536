// The panel beside the notebook: one place in the right sidebar, for the notebook that is worked in.

const PLACE = "nbchat-beside";
// What a cell of `%chat panel` has besides the widget.
const LINE = "application/vnd.nbchat.panel";
const WIDGET = "application/vnd.jupyter.widget-view+json";
// Milliseconds: a panel that is made first imports what it needs.
const PATIENCE = 60_000;
// A rank: smaller than the widget's.
const FIRST = -20;

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
  const note = sentence("start", () => app.commands.execute("nbchat:panel"));
  const place = Object.assign(new Panel(), { id: PLACE, onAfterShow: follow });
  const { node, title } = place;
  node.tabIndex = -1;
  title.caption = phrase("panel");
  title.iconClass = "nbchat-icon";
  place.addWidget(note);
  stand();
  if (!place.parent) return null;
  restorer?.add(place, PLACE);
  app.restored.then(() => {
    // Until there is something to show.
    if (!place.isVisible) place.parent = null;
  });
  tracker.currentChanged.connect(follow);

  function stand() {
    if (!place.parent) app.shell.add(place, "right");
  }

  function draw() {
    const current = tracker.currentWidget;
    for (const [panel, { shown }] of neighbours) {
      panel?.node.classList.toggle(PLACE, Boolean(shown));
      shown?.setHidden(panel !== current);
    }
    const one = neighbours.get(current);
    note.setHidden(Boolean(one?.shown));
    note.words.textContent = phrase(one?.isLost ? "restarted" : "none");
  }

  /** Asks the kernel for the panel of the notebook that is worked in. */
  async function follow() {
    draw();
    const panel = tracker.currentWidget;
    const one = neighbours.get(panel);
    const make = place.isVisible || Boolean(one?.isLost);
    if (!panel || !one?.kernel.isOpen || one.shown || one.asked >= (make ? 2 : 1)) return;
    one.asked = make ? 2 : 1;
    const answer = await one.kernel.request({ kind: "panel", make }, PATIENCE);
    if (answer?.model) attach(panel, answer.model);
    else if (!answer) one.asked = 0;
  }

  /**
   * @param {NotebookPanel} panel
   * @param {string} model  the widget's id
   */
  function attach(panel, model) {
    const one = neighbours.get(panel);
    const { rendermime } = panel.content;
    if (!one || one.shown?.node.dataset.nbchatModel === model) return;
    one.shown?.dispose();
    const shown = rendermime.createRenderer(WIDGET);
    one.shown = shown;
    // The panel looks for its notebook, and for its line in a cell.
    Object.assign(shown.node.dataset, { nbchatNotebook: panel.id, nbchatModel: model });
    const data = { [WIDGET]: { model_id: model } };
    shown.renderModel({ data, metadata: {}, trusted: true });
    place.addWidget(shown);
    stand();
    draw();
  }

  function reveal() {
    stand();
    app.shell.activateById(PLACE);
  }

  function open() {
    reveal();
    // A panel that is not there yet takes the keys from here.
    node.focus();
    neighbours.get(tracker.currentWidget)?.shown?.node.querySelector("textarea")?.focus();
  }

  /**
   * Words, which are empty yet, and a button.
   *
   * @param {string} name
   * @param {() => Promise<void> | void} act
   */
  function sentence(name, act) {
    const made = new Widget();
    const words = document.createElement("span");
    made.node.append(words, " ", lab.button(name, act));
    made.addClass("nbchat-elsewhere");
    return Object.assign(made, { words });
  }

  /** The line in a cell. */
  function line() {
    const made = sentence("show", open);
    made.words.textContent = phrase("beside");
    return Object.assign(made, {
      renderModel: async (/** @type {OutputModel} */ { data }) => {
        made.node.dataset.nbchatLine = data[WIDGET]?.model_id;
      },
    });
  }

  return {
    open,
    watch(panel, kernel) {
      /** @type {Neighbour} */
      const one = { kernel, shown: null, asked: 0, isLost: false };
      neighbours.set(panel, one);
      panel.content.rendermime.addFactory(
        { safe: true, mimeTypes: [LINE], createRenderer: line },
        FIRST,
      );
      const end = kernel.onChange((model) => {
        if (!kernel.isOpen) {
          one.isLost ||= Boolean(one.shown);
          one.asked = 0;
          forget();
        }
        if (model) attach(panel, model);
        follow();
        if (model && panel === tracker.currentWidget) reveal();
      });
      const forget = () => {
        one.shown?.dispose();
        one.shown = null;
      };
      panel.disposed.connect(() => {
        end();
        forget();
        neighbours.delete(panel);
        draw();
      });
    },
    ask(panel, text) {
      const root = neighbours.get(panel)?.shown?.node.querySelector(".nbp-root");
      if (!root?.checkVisibility()) return false;
      return root.dispatchEvent(new CustomEvent("nbchat-ask", { detail: text }));
    },
  };
}
