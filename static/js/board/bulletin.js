// Copies the bulletin's text. Plain http has no clipboard for scripts: there the text is selected and copied the old way.
for (const box of document.querySelectorAll("[data-copy]")) {
  const text = box.querySelector("textarea");
  const done = box.querySelector("[data-copy-done]");
  box.querySelector("[data-copy-act]").addEventListener("click", async () => {
    text.select();
    const copied = await navigator.clipboard?.writeText(text.value).then(() => true, () => false);
    if (!copied) document.execCommand("copy");
    done.hidden = false;
  });
}
