/** A file opens as pictures beside what is being read; arrows turn pages and go on to the next file, + and − zoom, Esc closes. */
const ZOOMS = ["fit", "whole", "large"];

export function viewer(root) {
  let open = null;

  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-file]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.closest("dialog")) return;
    event.preventDefault();
    show(link);
  });

  function show(link) {
    open?.dialog.remove();
    const links = [...root.querySelectorAll("a[data-file]")].filter((each) => !each.closest("dialog"));
    open = { ...build(), links, file: links.indexOf(link), page: 1, zoom: 0, from: link };
    root.getElementById("main").append(open.dialog);
    open.dialog.show();
    draw();
    open.dialog.querySelector("[data-close]").focus();
  }

  function build() {
    const dialog = document.createElement("dialog");
    dialog.className = root.querySelector(".desk") ? "viewer beside" : "viewer";
    dialog.setAttribute("aria-labelledby", "viewer-title");
    const bar = document.createElement("header");
    const title = document.createElement("h2");
    title.id = "viewer-title";
    const where = document.createElement("span");
    where.className = "found";
    const save = document.createElement("a");
    save.className = "button";
    save.textContent = "下载原件";
    bar.append(title, where, button("上一页", () => turn(-1), "‹"), button("下一页", () => turn(1), "›"), button("缩小", () => zoom(-1), "−"), button("放大", () => zoom(1), "+"), save);
    const close = button("关闭", end, "×");
    close.dataset.close = "";
    bar.append(close);
    const paper = document.createElement("div");
    paper.className = "paper";
    paper.tabIndex = 0;
    paper.setAttribute("role", "region");
    paper.setAttribute("aria-label", "文件内容");
    const image = document.createElement("img");
    paper.append(image);
    dialog.append(bar, paper);
    image.addEventListener("load", () => { paper.removeAttribute("aria-busy"); });
    image.addEventListener("error", () => { where.textContent = "这一页暂时不能显示，可下载原件查看"; paper.removeAttribute("aria-busy"); });
    dialog.addEventListener("keydown", press);
    return { dialog, title, where, save, paper, image };
  }

  function button(name, act, sign) {
    const element = document.createElement("button");
    element.type = "button";
    element.setAttribute("aria-label", name);
    element.title = name;
    element.textContent = sign;
    element.addEventListener("click", act);
    return element;
  }

  function draw() {
    const link = open.links[open.file];
    const pages = Number(link.dataset.pages);
    open.title.textContent = link.textContent;
    open.where.textContent = `第 ${open.page} / ${pages} 页 · 第 ${open.file + 1} / ${open.links.length} 个文件`;
    open.save.href = link.dataset.file;
    open.paper.className = `paper ${ZOOMS[open.zoom]}`;
    open.paper.setAttribute("aria-busy", "true");
    open.image.src = `${link.dataset.file}/pages/${open.page}`;
    open.image.alt = `${link.textContent} 第 ${open.page} 页`;
    open.paper.scrollTop = 0;
  }

  function turn(step) {
    const pages = Number(open.links[open.file].dataset.pages);
    const page = open.page + step;
    if (page >= 1 && page <= pages) {
      open.page = page;
    } else {
      const file = open.file + step;
      if (file < 0 || file >= open.links.length) return;
      open.file = file;
      open.page = step > 0 ? 1 : Number(open.links[file].dataset.pages);
    }
    draw();
  }

  function zoom(step) {
    open.zoom = Math.min(Math.max(open.zoom + step, 0), ZOOMS.length - 1);
    open.paper.className = `paper ${ZOOMS[open.zoom]}`;
  }

  function end() {
    const { dialog, from } = open;
    open = null;
    dialog.remove();
    from.focus();
  }

  function press(event) {
    const act = { ArrowLeft: () => turn(-1), ArrowRight: () => turn(1), "+": () => zoom(1), "=": () => zoom(1), "-": () => zoom(-1), Escape: end }[event.key];
    if (act) { event.preventDefault(); act(); }
  }
}
