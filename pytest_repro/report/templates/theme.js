// Before anything is drawn: scripts are there, and the colours that the reader chose before.
"use strict";
document.documentElement.classList.add("js");
try {
  const chosen = localStorage.getItem("pytest-repro-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // storage is refused: the system's colours stay
}
