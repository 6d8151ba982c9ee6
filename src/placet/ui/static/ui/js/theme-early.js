/* Runs before the first paint (a classic script, blocking, tiny): the reader's chosen theme, and the mark
 * that scripts run, so that what needs them is shown at all. */
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("placet-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch (error) { /* storage is off: the system's wish holds */ }
})();
