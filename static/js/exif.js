/**
 * Carries a photo's EXIF over to the smaller copy: where and when it was taken. On plain http the browser gives no
 * location, and the photo may be the only thing that knows the place. The copy's pixels are upright, so the
 * orientation is set to 1.
 */
const SOI = 0xffd8;
const SOS = 0xffda;
const APP1 = 0xffe1;
const EXIF = 0x45786966;
const ORIENTATION = 0x0112;
const HEAD = 256 * 1024;

/** The EXIF segment of a JPEG's beginning, orientation set to 1, or null. */
export function exifSegment(buffer) {
  const view = new DataView(buffer);
  if (view.byteLength < 4 || view.getUint16(0) !== SOI) return null;
  for (let at = 2; at + 10 <= view.byteLength; ) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    if (marker === SOS || marker < 0xff00 || length < 2 || at + 2 + length > view.byteLength) return null;
    if (marker === APP1 && view.getUint32(at + 4) === EXIF) {
      const segment = buffer.slice(at, at + 2 + length);
      return upright(new DataView(segment)) ? segment : null;
    }
    at += 2 + length;
  }
  return null;
}

// Writes orientation 1 into the first directory; false if the segment can't be read.
function upright(view) {
  const start = 10;
  if (view.byteLength < start + 8) return false;
  const little = view.getUint16(start) === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  if (directory + 2 > view.byteLength) return false;
  const count = view.getUint16(directory, little);
  for (let index = 0; index < count; index += 1) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > view.byteLength) return false;
    if (view.getUint16(entry, little) === ORIENTATION) view.setUint16(entry + 8, 1, little);
  }
  return true;
}

/** `small` (a JPEG) with the EXIF of `original`, or `small` itself where there is none. */
export async function keepExif(original, small) {
  const segment = exifSegment(await original.slice(0, HEAD).arrayBuffer());
  if (segment === null) return small;
  return new Blob([small.slice(0, 2), segment, small.slice(2)], { type: "image/jpeg" });
}
