// <input type=file data-behaviour="image-preview" data-shows="shown" data-most="5242880" data-says="…">: shows a picture before
// it is sent, and says at once when it has more bytes than may be sent.
export default function imagePreview(input) {
  const shown = document.getElementById(input.dataset.shows);
  let address;
  input.addEventListener("change", async () => {
    const file = input.files[0];
    const most = Number(input.dataset.most) || Infinity;
    input.setCustomValidity(file && file.size > most ? input.dataset.says : "");
    if (!input.reportValidity()) return;
    if (!file?.type.startsWith("image/")) return;
    // As a data: address, which the site's content policy allows for pictures; a blob: address it doesn't.
    address = await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(file);
    });
    shown.src = address;
    shown.hidden = false;
  });
}
