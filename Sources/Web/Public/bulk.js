/** 批量办理: one tick for all rows, how many are ticked, and a progress that follows. */
export function bulk(root) {
  const bar = root.getElementById("bulk");
  if (bar) {
    const boxes = [...root.querySelectorAll("input[type=checkbox][form=bulk]")];
    const count = bar.querySelector("[data-ticked]");
    const all = document.createElement("input");
    all.type = "checkbox";
    all.setAttribute("aria-label", "全选本页");
    root.querySelector("[data-tick-all]")?.append(all);
    const show = () => { count.textContent = `已选择 ${boxes.filter((box) => box.checked).length} 人`; };
    all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
    for (const box of boxes) box.addEventListener("change", show);
    show();
  }
  if (root.querySelector("[data-reload]")) setTimeout(() => location.reload(), 2000);
}
