// The container that JupyterLab loads by `package.json`: hand-written, in the place of a bundler's.
// It shares nothing, takes JupyterLab's own packages, and hands over one plugin.

(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  /** @type {SharedScope} */
  let scope = {};

  /**
   * A package of JupyterLab, the newest where there are several.
   *
   * @param {string} name
   */
  async function shared(name) {
    const versions = Object.keys(scope[name] ?? {});
    versions.sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
    const newest = versions.pop();
    if (newest === undefined) throw new Error(`there is no package ${name}`);
    return (await scope[name][newest].get())();
  }

  /** @type {Container} */
  const container = {
    init(packages) {
      scope = packages;
    },
    async get() {
      try {
        const { makePlugin } = await import(new URL("plugin.js", script.src).href);
        const plugin = await makePlugin(shared);
        return () => ({ __esModule: true, default: plugin });
      } catch (error) {
        console.error("nbchat goes without its extension of JupyterLab:", error);
        return () => ({ __esModule: true, default: [] });
      }
    },
  };

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.nbchat = container;
})();
