// Paper is white: print in the light theme, whatever the screen shows.
const paper = window.matchMedia("print");
let screenTheme;
paper.addEventListener("change", () => {
  const root = document.documentElement;
  if (paper.matches) screenTheme = root.dataset.theme;
  root.dataset.theme = paper.matches ? "light" : screenTheme;
});
