/** 空缺数 follows while 核定岗位数 and 已聘数 are typed. */
export function posts(root) {
  const grid = root.querySelector("[data-posts]");
  grid?.addEventListener("input", () => {
    for (const output of grid.querySelectorAll("[data-vacant]")) {
      const number = (column) => {
        const text = root.getElementById(`${output.dataset.vacant}.${column}`).value.trim();
        return /^\d+$/.test(text) ? Number(text) : NaN;
      };
      const vacant = number("approved") - number("filled");
      output.textContent = Number.isNaN(vacant) ? "—" : String(vacant);
    }
  });
}
