// Light or dark as the machine is set, and select boxes that lead to a page: no script stands in the pages for it.
(function () {
  "use strict";
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function paint() {
    document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  }
  paint();
  dark.addEventListener("change", paint);
  document.addEventListener("change", function (event) {
    if (event.target.matches && event.target.matches("select[data-goes]")) {
      window.location = event.target.value;
    }
  });
})();
