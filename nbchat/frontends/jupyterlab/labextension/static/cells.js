// What is done with cells, and the small buttons that do it.

const SHOWN = 1500; // milliseconds for which a button says what it has done

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  // Else a key is one of the notebook's, which looks at what has the focus: dd deletes the cell.
  /** @type {HTMLElement} */ (made).dataset.lmSuppressShortcuts = "true";
  made.append(...children);
  return made;
}

/**
 * Does something once, when it was not called for again for a while.
 *
 * @param {() => unknown} act
 * @param {number} pause  milliseconds
 */
export function afterPause(act, pause) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, pause);
  };
}

/**
 * @param {Phrase} phrase
 * @param {NotebookActions} actions
 * @returns {CellWork}
 */
export function workOn(phrase, actions) {
  return {
    async edit({ content }, cell) {
      content.activeCellIndex = content.widgets.indexOf(cell);
      await cell.ready;
      content.activate();
      content.mode = "edit";
      const shown = cell.editor?.editor;
      shown?.dispatch({ selection: { anchor: shown.state.doc.length } });
    },

    button(name, act) {
      const made = element("button", {
        value: name,
        textContent: phrase(name),
        async onclick() {
          const done = await act();
          if (!done) return;
          made.replaceChildren(phrase(done));
          setTimeout(() => made.replaceChildren(phrase(name)), SHOWN);
        },
      });
      return made;
    },

    group(label, acts, place = "nbchat-corner") {
      const buttons = Object.entries(acts).map(([name, act]) => this.button(name, act));
      const className = `nbchat-acts ${place}`;
      return element("div", { className, role: "group", ariaLabel: phrase(label) }, ...buttons);
    },

    insertBelow(panel, source, cell = panel.content.activeCell) {
      const { content } = panel;
      const place = cell ? content.widgets.indexOf(cell) + 1 : 0;
      content.model?.sharedModel.insertCell(place, { cell_type: "code", source });
      content.activeCellIndex = place;
      content.deselectAll();
      content.scrollToItem(place);
      return content.widgets[place];
    },

    runBelow(panel, source, cell) {
      this.insertBelow(panel, source, cell);
      return this.run(panel);
    },

    run(panel) {
      return actions.run(panel.content, panel.sessionContext);
    },
  };
}
