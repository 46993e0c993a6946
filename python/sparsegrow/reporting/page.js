// Shows another sub-DAG when one is chosen; without scripts the first one stays.
"use strict";
const pick = document.getElementById("pick");
const stage = document.getElementById("stage");
if (pick && stage) {
  const first = [...stage.childNodes];
  const began = pick.value;
  pick.closest("label").hidden = false;
  pick.addEventListener("change", () => {
    const other = document.getElementById("drawing-" + pick.value);
    const shown = pick.value === began || !other ? first : [other.content.cloneNode(true)];
    stage.replaceChildren(...shown);
  });
}
