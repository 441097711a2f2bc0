// Runs before the page is drawn, so that a chosen theme does not flash in. A classic script: no imports, no exports.
(() => {
  try {
    const theme = localStorage.getItem("elbo-room:theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; then the system's theme it is.
  }
})();
