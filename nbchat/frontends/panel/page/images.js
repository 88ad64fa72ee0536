// Images on their way into a question.

// Images in one question.
const MOST_IMAGES = 8;
// Bytes in one question: servers take messages of 10 MB.
const IMAGE_ROOM = 7e6;
// Pixels of the longer side.
const WIDEST = 2000;
// Bytes of an image that is not drawn again.
const LEFT_ALONE = 3e6;

/**
 * An image small enough to send: a large one is drawn again.
 *
 * @param {File} file
 * @returns {Promise<Blob | null>}
 */
async function imageOf(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, WIDEST / Math.max(bitmap.width, bitmap.height));
  const known = /png|jpeg|gif|webp/.test(file.type);
  if (scale === 1 && file.size < LEFT_ALONE && known) return file;
  const width = bitmap.width * scale;
  const height = bitmap.height * scale;
  const canvas = element("canvas", { width, height });
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  // JPEG knows no transparency.
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}

/**
 * Adds files to a question's images.
 *
 * @param {AttachedImage[]} images
 * @param {File[]} files
 * @returns {Promise<string>}  what to say where one cannot be added
 */
async function addImages(images, files) {
  for (const file of files) {
    /** @type {Blob | null} */
    let blob = null;
    try {
      if (file.type.startsWith("image/")) blob = await imageOf(file);
    } catch {
      // Damaged, or of a kind this browser does not know.
    }
    if (!blob) return "notImage";
    const size = images.reduce((sum, image) => sum + image.blob.size, blob.size);
    if (images.length >= MOST_IMAGES || size > IMAGE_ROOM) return "tooMuch";
    images.push({ blob, name: file.name, url: URL.createObjectURL(blob) });
  }
  return "";
}
