// The container that JupyterLab loads by `package.json`: hand-written, in the place of a bundler's.
// It shares nothing, takes JupyterLab's own packages, and hands over one plugin.

(() => {
  const { src } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const { compare } = new Intl.Collator("en", { numeric: true });
  /** @type {SharedScope} */
  let scope = {};

  /**
   * A package of JupyterLab, the newest where there are several.
   *
   * @param {string} name
   */
  async function shared(name) {
    const newest = Object.keys(scope[name] ?? {})
      .sort(compare)
      .pop();
    if (!newest) throw new Error(`there is no package ${name}`);
    return (await scope[name][newest].get())();
  }

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.nbchat = {
    init(packages) {
      scope = packages;
    },
    async get() {
      try {
        const { makePlugin } = await import(new URL("plugin.js", src).href);
        const plugin = await makePlugin(shared);
        return () => plugin;
      } catch (error) {
        console.error("nbchat goes without its extension:", error);
        return () => [];
      }
    },
  };
})();
