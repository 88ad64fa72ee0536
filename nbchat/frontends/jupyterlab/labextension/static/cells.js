// What is done with cells, and the small buttons that do it.

const SHOWN = 1500; // milliseconds for which a button says what it has done

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
      const made = document.createElement("button");
      made.type = "button";
      // Else a key is one of the notebook's, which looks at what has the focus: dd deletes the cell.
      made.dataset.lmSuppressShortcuts = "true";
      made.textContent = phrase(name);
      made.addEventListener("click", async () => {
        const done = await act();
        if (!done) return;
        made.textContent = phrase(done);
        setTimeout(() => {
          made.textContent = phrase(name);
        }, SHOWN);
      });
      return made;
    },

    group(label, ...buttons) {
      const made = document.createElement("div");
      made.className = "nbchat-acts";
      made.setAttribute("role", "group");
      made.setAttribute("aria-label", label);
      made.append(...buttons);
      return made;
    },

    insertBelow(panel, cell, source) {
      const { content } = panel;
      const place = cell ? content.widgets.indexOf(cell) + 1 : content.widgets.length;
      content.model?.sharedModel.insertCell(place, { cell_type: "code", source });
      content.activeCellIndex = place;
      content.deselectAll();
      content.scrollToItem?.(place);
      return content.widgets[place];
    },

    run(panel) {
      return actions.run(panel.content, panel.sessionContext);
    },
  };
}
