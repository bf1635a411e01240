/**
 * Photos: previews, and pictures made smaller before they leave the phone (longest side 1,600 px, JPEG): a village's
 * network carries 300 kB, not 6 MB. Drawn on a canvas, so the policy needs no blob: addresses.
 */
import { keepExif } from "./exif.js";
import { word } from "./words.js";

const LONGEST = 1600;
const SMALL_ENOUGH = 500_000;
const QUALITY = 0.82;

async function shrink(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size <= SMALL_ENOUGH) return { file, picture };
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob || blob.size >= file.size) return { file, picture };
  const small = await keepExif(file, blob);
  const name = `${file.name.replace(/\.\w+$/, "")}.jpg`;
  return { file: new File([small], name, { type: "image/jpeg", lastModified: file.lastModified }), picture };
}

function preview(picture, name) {
  const canvas = document.createElement("canvas");
  const side = Math.min(picture.width, picture.height);
  canvas.width = canvas.height = 152;
  const [x, y] = [(picture.width - side) / 2, (picture.height - side) / 2];
  canvas.getContext("2d").drawImage(picture, x, y, side, side, 0, 0, 152, 152);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  return canvas;
}

/** Takes over one photo field. */
export function mount(box) {
  const input = box.querySelector("input[type=file]");
  const said = box.querySelector("[data-photos-said]");
  const list = box.querySelector(".photos");
  const most = Number(box.dataset.most);
  let kept = [];

  const say = (text) => {
    said.textContent = text;
    said.hidden = text === "";
  };
  const put = () => {
    const transfer = new DataTransfer();
    for (const file of kept) transfer.items.add(file);
    input.files = transfer.files;
  };
  // The form's draft follows.
  const changed = () => {
    put();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const show = (file, picture) => {
    const figure = document.createElement("div");
    figure.className = "photo";
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = word("removePhoto");
    remove.addEventListener("click", () => {
      kept = kept.filter((other) => other !== file);
      figure.remove();
      changed();
      say("");
    });
    figure.append(preview(picture, file.name), remove);
    list.append(figure);
  };
  const add = async (files) => {
    say("");
    for (const original of files) {
      if (kept.length >= most) {
        say(word("photoTooMany", { n: most }));
        break;
      }
      try {
        const { file, picture } = await shrink(original);
        kept.push(file);
        show(file, picture);
      } catch {
        say(word("photoNotImage", { name: original.name }));
      }
    }
    changed();
  };

  input.addEventListener("change", () => {
    const chosen = [...input.files];
    // While pictures are being made smaller, the form keeps what was there.
    put();
    add(chosen);
  });
  box.closest("form")?.addEventListener("reset", () => {
    kept = [];
    list.querySelectorAll(".photo").forEach((figure) => figure.remove());
    say("");
  });
  // Photos that were put back before this script was there wait on the element.
  const putBack = () => {
    const files = box.waiting ?? [];
    box.waiting = [];
    if (files.length > 0) add(files);
  };
  box.addEventListener("responder:photos", putBack);
  putBack();
}
