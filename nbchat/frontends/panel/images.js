// Images on their way into a question.
const MOST = 8; // in one question
const ROOM = 7e6; // bytes in one question: servers take messages of 10 MB

// An image small enough to send: a large one is drawn again at 2,000 pixels.
async function imageOf(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, 2000 / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.size < 3e6 && /png|jpeg|gif|webp/.test(file.type)) return file;
  const canvas = h("canvas", { width: bitmap.width * scale, height: bitmap.height * scale });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // JPEG knows no transparency
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
}

// Adds files to a composer's images. Returns what to say where one cannot be added.
async function addImages(images, files) {
  for (const file of files) {
    let blob;
    try {
      blob = file.type.startsWith("image/") && (await imageOf(file));
    } catch {} // damaged, or of a kind this browser does not know
    if (!blob) return "notImage";
    const size = images.reduce((sum, one) => sum + one.blob.size, blob.size);
    if (images.length >= MOST || size > ROOM) return "tooMuch";
    images.push({ blob, name: file.name, url: URL.createObjectURL(blob) });
  }
}
