// What anywidget calls for every view.

export default {
  /** @param {{ model: WidgetModel, el: HTMLElement }} view */
  render({ model, el }) {
    el.append(element("style", null, STYLE));
    const panel = new Panel(model, el);
    return () => panel.close();
  },
};
