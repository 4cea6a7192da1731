// Comfort on top of pages that work without it.

// A vote does not leave the page.
for (const form of document.querySelectorAll("form[data-vote]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(`The server said ${answer.status}.`);
      const { votes, voted } = await answer.json();
      button.setAttribute("aria-pressed", String(voted));
      form.querySelector("[data-votes]").textContent = votes;
      const noun = form.querySelector("[data-votes-noun]");
      if (noun) noun.textContent = votes === 1 ? "vote" : "votes";
    } catch {
      form.submit();
    } finally {
      button.disabled = false;
    }
  });
}

// How many characters are left, once it gets tight.
for (const field of document.querySelectorAll("[data-counter]")) {
  const hint = document.getElementById(field.getAttribute("aria-describedby"));
  const counter = document.createElement("span");
  counter.className = "counter";
  hint.append(counter);
  const show = () => {
    const left = field.maxLength - field.value.length;
    counter.textContent = left <= field.maxLength / 4 ? ` ${left} left` : "";
  };
  field.addEventListener("input", show);
  show();
}

// "/" goes to the search field, as on many boards.
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  const field = document.querySelector(`[data-focus-key="${CSS.escape(event.key)}"]`);
  if (writing || !field || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  field.focus();
  field.select();
});
