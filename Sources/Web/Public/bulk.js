/** 批量办理, and choosing whom to write to: one tick for all rows, what is ticked on other pages of the same list, and a progress that follows. */
export function bulk(root) {
  const kept = store(root);
  const bar = root.getElementById("bulk");
  if (bar) choose(root, bar, kept);
  if (root.querySelector("[data-reload]")) setTimeout(() => location.reload(), 2000);
}

/** Ticks of a list by its address, for as long as the tab is open and somebody is signed in; none outlives its decision. */
function store(root) {
  const prefix = "bulk:";
  const address = new URL(location.href);
  for (const name of ["after", "done", "urged", "none"]) address.searchParams.delete(name);
  const name = prefix + address.pathname + address.search;
  try {
    if (root.body.classList.contains("outside") || /^\/(bulks|circulars\/drafts)\//.test(address.pathname)) {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
    }
    return {
      read: () => new Map(JSON.parse(sessionStorage.getItem(name) ?? "[]")),
      write: (ticks) => sessionStorage.setItem(name, JSON.stringify([...ticks])),
    };
  } catch {
    return { read: () => new Map(), write: () => {} };
  }
}

function choose(root, bar, kept) {
  const boxes = [...root.querySelectorAll("input[type=checkbox][form=bulk]")];
  const count = bar.querySelector("[data-ticked]");
  const word = bar.dataset.word ?? "人";
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "全选本页");
  root.querySelector("[data-tick-all]")?.append(all);
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "plain";
  clear.textContent = "清除选择";
  count.after(clear);
  // Where nothing can be done with nobody.
  const needs = bar.dataset.word === undefined;
  bar.elements.namedItem("all")?.addEventListener("change", () => show());
  let elsewhere = new Map();
  const show = () => {
    const here = boxes.filter((box) => box.checked);
    const sum = here.length + elsewhere.size;
    count.textContent = elsewhere.size ? `已选择 ${sum} ${word}（其他页 ${elsewhere.size} ${word}）` : `已选择 ${sum} ${word}`;
    clear.hidden = sum === 0;
    if (needs) for (const button of bar.querySelectorAll("button[name=action]")) button.disabled = sum === 0 && !bar.elements.namedItem("all")?.checked;
    all.checked = boxes.length > 0 && here.length === boxes.length;
    kept.write(new Map([...elsewhere, ...here.map((box) => [box.name, box.value])]));
  };
  const load = () => {
    elsewhere = kept.read();
    for (const box of boxes) {
      // A row that has changed since has to be looked at again.
      box.checked = elsewhere.get(box.name) === box.value;
      elsewhere.delete(box.name);
    }
    show();
  };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
  for (const box of boxes) box.addEventListener("change", show);
  clear.addEventListener("click", () => { elsewhere.clear(); for (const box of boxes) box.checked = false; show(); });
  bar.addEventListener("formdata", (event) => { for (const [name, version] of elsewhere) event.formData.set(name, version); });
  // Also where the browser shows the page again as it was left.
  addEventListener("pageshow", (event) => { if (event.persisted) load(); });
  load();
}
