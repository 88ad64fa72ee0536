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
    versions.sort((one, other) => other.localeCompare(one, "en", { numeric: true }));
    if (!versions[0]) throw new Error(`there is no package ${name}`);
    return (await scope[name][versions[0]].get())();
  }

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.nbchat = {
    init(packages) {
      scope = packages;
    },
    async get() {
      try {
        const { makePlugin } = await import(new URL("plugin.js", script.src).href);
        const plugin = await makePlugin(shared);
        return () => plugin;
      } catch (error) {
        console.error("nbchat goes without its extension of JupyterLab:", error);
        return () => [];
      }
    },
  };
})();
