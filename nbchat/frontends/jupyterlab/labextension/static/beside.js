// The panel beside the notebook: one place in the right sidebar, for the notebook that is worked in.

const PLACE = "nbchat-beside";
const LINE = "application/vnd.nbchat.panel"; // what a cell of `%chat panel` shows in its place
const WIDGET = "application/vnd.jupyter.widget-view+json";
const BEFORE_WIDGETS = -20; // a rank

/**
 * @param {Lab} lab
 * @param {LuminoWidgets} widgets
 * @param {Restorer | null} restorer
 * @returns {Beside | null}  nothing where this application has no such place
 */
export function besideNotebooks(lab, { Panel, Widget }, restorer) {
  const { app, tracker, phrase } = lab;
  /** @type {Map<NotebookPanel, { kernel: KernelLink, shown: Renderer | null, model: string, state: "new" | "asking" | "asked" | "lost" }>} */
  const notebooks = new Map();
  const note = new Widget();
  const words = document.createElement("p");
  const start = lab.button("start", () => {
    app.commands.execute("nbchat:panel");
    return "";
  });
  note.addClass("nbchat-note");
  note.node.append(words, start);

  const place = new (class extends Panel {
    onAfterShow() {
      follow();
    }
  })();
  place.id = PLACE;
  place.node.tabIndex = -1;
  place.title.caption = phrase("panel");
  place.title.iconClass = "nbchat-icon";
  place.addWidget(note);
  app.shell.add(place, "right");
  if (!place.parent) return null;
  restorer?.add(place, PLACE);
  app.restored.then(() => {
    if (!place.isVisible) place.parent = null; // until there is something to show
  });
  tracker.currentChanged.connect(follow);

  function draw() {
    const current = tracker.currentWidget;
    const { shown = null, state = "" } = (current && notebooks.get(current)) || {};
    for (const [panel, { shown }] of notebooks) {
      panel.node.classList.toggle(PLACE, Boolean(shown));
      shown?.setHidden(panel !== current);
    }
    note.setHidden(Boolean(shown));
    const said = state === "lost" ? "restarted" : "notLoaded";
    words.textContent = phrase(state ? said : "noNotebook");
    start.hidden = !state;
  }

  /** Asks the kernel for the panel of the notebook that is worked in. */
  async function follow() {
    draw();
    const panel = tracker.currentWidget;
    const one = panel && notebooks.get(panel);
    if (!panel || !one?.kernel.isOpen || one.shown || one.state === "asking") return;
    const make = place.isVisible || one.state === "lost";
    if (one.state === "asked" && !make) return;
    const before = one.state;
    one.state = "asking";
    const answer = await one.kernel.request({ kind: "panel", make });
    one.state = answer ? "asked" : before;
    if (answer?.model) attach(panel, answer.model);
    else if (answer && !make && place.isVisible) follow();
  }

  /**
   * @param {NotebookPanel} panel
   * @param {string} model  the widget's id
   */
  function attach(panel, model) {
    const one = notebooks.get(panel);
    if (!one || (one.shown && one.model === model)) return;
    one.shown?.dispose();
    one.model = model;
    one.shown = panel.content.rendermime.createRenderer(WIDGET);
    one.shown.node.dataset.nbchatNotebook = panel.id;
    one.shown.renderModel({ data: { [WIDGET]: { model_id: model } }, metadata: {}, trusted: true });
    place.addWidget(one.shown);
    stand();
    draw();
  }

  function stand() {
    if (!place.parent) app.shell.add(place, "right");
  }

  function reveal() {
    stand();
    app.shell.activateById(PLACE);
    follow();
  }

  /** The keys go to the panel's field, once it is there, unless they have been sent elsewhere. */
  function open() {
    reveal();
    place.node.focus();
    const seen = new MutationObserver(focus);
    seen.observe(place.node, { childList: true, subtree: true });
    focus();

    function focus() {
      const area = [...place.node.querySelectorAll("textarea")].find((one) =>
        one.checkVisibility(),
      );
      if (document.activeElement !== place.node) seen.disconnect();
      else area?.focus();
    }
  }

  /** The line in a cell. */
  function line() {
    const made = new Widget();
    const show = lab.button("show", () => {
      open();
      return "";
    });
    made.addClass("nbchat-elsewhere");
    made.node.append(`${phrase("beside")} `, show);
    return Object.assign(made, { renderModel: async () => {} });
  }

  return {
    open,
    watch(panel, kernel) {
      notebooks.set(panel, { kernel, shown: null, model: "", state: "new" });
      panel.content.rendermime.addFactory(
        { safe: true, mimeTypes: [LINE], createRenderer: line },
        BEFORE_WIDGETS,
      );
      const stopShowing = kernel.onPanel((model) => {
        attach(panel, model);
        if (panel === tracker.currentWidget) reveal();
      });
      const stop = kernel.onChange(() => {
        const one = notebooks.get(panel);
        if (one && !kernel.isOpen) {
          if (one.shown) one.state = "lost";
          else if (one.state !== "lost") one.state = "new";
          one.shown?.dispose();
          one.shown = null;
        }
        follow();
      });
      panel.disposed.connect(() => {
        stopShowing();
        stop();
        notebooks.get(panel)?.shown?.dispose();
        notebooks.delete(panel);
        draw();
      });
    },
    ask(panel, text) {
      const shown = place.isVisible ? notebooks.get(panel)?.shown : null;
      const root = shown?.node.querySelector(".nbp-root");
      return Boolean(root?.dispatchEvent(new CustomEvent("nbchat-ask", { detail: text })));
    },
  };
}
