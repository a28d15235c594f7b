// The map, the filters and the links of the page. Texts are written as text, never as markup.
"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const data = JSON.parse(at("data").textContent);
  const states = Object.keys(data.states);
  const [TEST, LINK, STATE, FAR, CELLS, SAID] = [0, 1, 2, 3, 4, 5];
  const articles = [...document.querySelectorAll("article")];
  const byId = new Map(articles.map((one) => [one.id, one]));
  const telling = data.sentences.map((one) => one.toLowerCase());
  const sought = data.tests.map((row) => [row[TEST].toLowerCase(), ...row[SAID].map((one) => telling[one])].join("\n"));
  const view = { page: 0, column: -1, down: false, rows: [] };

  function say(words) {
    at("told").textContent = "";
    setTimeout(() => { at("told").textContent = words; }, 30);
  }

  // Filter: what is typed and which states are pressed; none pressed shows all.
  function pressed() {
    const on = document.querySelectorAll('button[data-state][aria-pressed="true"]');
    return new Set([...on].map((one) => states.indexOf(one.dataset.state)));
  }

  function filter() {
    const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const only = pressed();
    const links = new Set();
    view.rows = [];
    data.tests.forEach((row, number) => {
      if (only.size && !only.has(row[STATE])) return;
      if (!words.every((word) => sought[number].includes(word))) return;
      view.rows.push(number);
      if (row[LINK]) links.add(`t-${row[LINK]}`);
    });
    for (const one of articles) one.hidden = !links.has(one.id);
    at("none").hidden = !articles.length || links.size > 0;
    at("found").textContent = `${view.rows.length} of ${data.tests.length} tests`;
    view.page = 0;
    sort();
  }

  // Sort: by a column, up or down; -1 is the order of the page, worst first.
  function key(row) {
    if (view.column === 0) return row[TEST];
    if (view.column === 1) return -row[STATE];
    return data.words[view.column === 2 ? row[FAR] : row[CELLS][view.column - 3]][2];
  }

  function sort() {
    view.rows.sort((one, other) => one - other);
    if (view.column >= 0) {
      const keys = data.tests.map(key);
      const sign = view.down ? -1 : 1;
      view.rows.sort((one, other) => {
        const [left, right] = [keys[one], keys[other]];
        return left === right ? one - other : (left < right ? -sign : sign);
      });
    }
    draw();
  }

  function turn(column) {
    const first = column > 0; // numbers begin with the worst, names with a
    if (view.column !== column) [view.column, view.down] = [column, first];
    else if (view.down === first) view.down = !first;
    else view.column = -1;
    document.querySelectorAll(".map th[aria-sort]").forEach((head, number) => {
      const mine = number === view.column;
      head.setAttribute("aria-sort", mine ? (view.down ? "descending" : "ascending") : "none");
    });
    view.page = 0;
    sort();
  }

  // The rows of one page of the map.
  function cell(kind, text, name) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (name) made.className = name;
    return made;
  }

  function line(number) {
    const row = data.tests[number];
    const made = document.createElement("tr");
    const head = cell("th", "");
    head.scope = "row";
    const link = row[LINK] ? cell("a", "") : head;
    if (row[LINK]) {
      link.href = `#t-${row[LINK]}`;
      head.append(link);
    }
    const cut = row[TEST].indexOf("::") + 2;
    if (cut > 1) link.append(cell("span", row[TEST].slice(0, cut), "file"));
    link.append(row[TEST].slice(cut > 1 ? cut : 0));
    const state = states[row[STATE]];
    made.append(head, cell("td", data.states[state], `word ${state}`), cell("td", data.words[row[FAR]][0], "far"));
    for (const word of row[CELLS]) made.append(cell("td", data.words[word][0], `l${data.words[word][1]}`));
    return made;
  }

  function draw() {
    const start = view.page * data.rows;
    const end = Math.min(start + data.rows, view.rows.length);
    at("rows").replaceChildren(...view.rows.slice(start, end).map(line));
    at("shown").textContent = view.rows.length ? `rows ${start + 1} to ${end} of ${view.rows.length}` : "no test matches";
    at("before").disabled = start === 0;
    at("after").disabled = end >= view.rows.length;
  }

  function leaf(step) {
    view.page += step;
    draw();
    say(at("shown").textContent);
  }

  // Links: the test that the address names is shown, opened and reached by the keyboard.
  function follow() {
    const named = byId.get(location.hash.slice(1));
    if (!named) return;
    if (named.hidden) clear();
    named.querySelector("details").open = true;
    named.scrollIntoView();
    named.querySelector("summary").focus({ preventScroll: true });
  }

  function clear() {
    at("search").value = "";
    for (const one of document.querySelectorAll("button[data-state]")) one.setAttribute("aria-pressed", "false");
    filter();
  }

  // Copying: without a clipboard the text is selected, so that the keyboard can.
  async function copy(button) {
    const code = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      say("copied");
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    } catch {
      getSelection().selectAllChildren(code);
      say("selected; copy it by the keyboard");
    }
  }

  // Colours.
  function dark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function paint(chosen) {
    document.documentElement.dataset.theme = chosen;
    at("theme").setAttribute("aria-pressed", String(dark()));
    try {
      localStorage.setItem("pytest-repro-theme", chosen);
    } catch {
      // storage is refused: the choice lasts as long as the page
    }
  }

  function all(open) {
    for (const one of articles) one.querySelector("details").open = open;
  }

  at("theme").setAttribute("aria-pressed", String(dark()));
  at("theme").addEventListener("click", () => paint(dark() ? "light" : "dark"));
  for (const one of document.querySelectorAll(".copy")) one.addEventListener("click", () => copy(one));
  if (articles.length) {
    at("open").addEventListener("click", () => all(true));
    at("close").addEventListener("click", () => all(false));
    addEventListener("beforeprint", () => all(true));
  }
  if (data.tests.length) {
    at("search").addEventListener("input", filter);
    for (const one of document.querySelectorAll("button[data-state]")) {
      one.addEventListener("click", () => {
        one.setAttribute("aria-pressed", String(one.getAttribute("aria-pressed") !== "true"));
        filter();
      });
    }
    document.querySelectorAll(".sort").forEach((one, number) => one.addEventListener("click", () => turn(number)));
    at("before").addEventListener("click", () => leaf(-1));
    at("after").addEventListener("click", () => leaf(1));
    filter();
    addEventListener("hashchange", follow);
    addEventListener("load", () => setTimeout(follow)); // the browser's own jump comes first and takes the focus
    follow();
  }
})();
