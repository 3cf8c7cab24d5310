// Small comforts. Every page works without this file; nothing here asks the server for more than pages would.

document.documentElement.classList.add("has-script");

// Take files that are dropped on their box; name them where there are several, which browsers only count.
for (const box of document.querySelectorAll("[data-drop]")) {
  const input = box.querySelector("input[type=file]");
  const chosen = box.querySelector("[data-chosen]");
  const show = () => {
    if (chosen) chosen.textContent = [...input.files].map((file) => file.name).join(", ");
  };
  input.addEventListener("change", show);
  for (const type of ["dragenter", "dragover"]) {
    box.addEventListener(type, (event) => {
      event.preventDefault();
      box.classList.add("is-over");
    });
  }
  for (const type of ["dragleave", "drop"]) {
    box.addEventListener(type, () => box.classList.remove("is-over"));
  }
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    const files = new DataTransfer();
    for (const file of [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)) files.items.add(file);
    input.files = files.files;
    show();
  });
}

// Copy the text of the element that the button names. Browsers allow it on https and on this machine only.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) {
    button.remove();
    continue;
  }
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText.trim());
    const label = button.querySelector("[data-label]");
    const before = label.textContent;
    label.textContent = button.dataset.done;
    setTimeout(() => {
      label.textContent = before;
    }, 2000);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

// One box ticks all of a name; it says "some" where they differ.
for (const all of document.querySelectorAll("[data-tick-all]")) {
  const boxes = [...document.getElementsByName(all.dataset.tickAll)].filter((box) => box.type === "checkbox");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) box.addEventListener("change", show);
  window.addEventListener("pageshow", show);
}

// A slow line invites a second press: one form is sent once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
// Tell how far a long upload has come. The answer is a whole page, which takes this one's place as it would without us.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const shown = form.querySelector("[data-progress]");
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    shown.hidden = false;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      if (event.total) shown.querySelector("progress").value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => {
      history.replaceState(null, "", request.responseURL);
      document.open();
      document.write(request.responseText);
      document.close();
    });
    // Without an answer the browser says why better than we could.
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const input of document.querySelectorAll("[data-left-out]")) {
    input.disabled = false;
    delete input.dataset.leftOut;
  }
  for (const line of document.querySelectorAll("[data-working]")) line.hidden = true;
});

// An address that says only what is asked for.
for (const form of document.querySelectorAll("form[data-tidy]")) {
  form.addEventListener("submit", () => {
    for (const input of form.elements) {
      if (input.name && !input.value && !input.disabled) {
        input.dataset.leftOut = "1";
        input.disabled = true;
      }
    }
  });
}

// What may take a moment says so.
for (const line of document.querySelectorAll("[data-working]")) {
  for (const slow of document.querySelectorAll("[data-slow]")) {
    slow.addEventListener(slow.tagName === "FORM" ? "submit" : "click", (event) => {
      if (!(event.ctrlKey || event.metaKey || event.shiftKey)) line.hidden = false;
    });
  }
}
