// <input type=file data-behaviour="image-preview" data-shows="shown">: shows a picture before it is sent.
export default function imagePreview(input) {
  const shown = document.getElementById(input.dataset.shows);
  let address;
  input.addEventListener("change", async () => {
    const file = input.files[0];
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
