// Every element says what it can do: data-behaviour="live-total copy-link". A behaviour is a module of that name, fetched
// when first met; its default export gets the element. Pages work without any of this.
const query = new URL(import.meta.url).search; // the version of all modules, so that they may be cached for ever

async function enliven(element, name) {
  try {
    const behaviour = await import(`./${name}.js${query}`);
    behaviour.default(element);
  } catch (problem) {
    console.error(`behaviour ${name}:`, problem);
  }
}

export function enlivenAll(root) {
  for (const element of root.querySelectorAll("[data-behaviour]")) {
    for (const name of element.dataset.behaviour.split(/\s+/)) enliven(element, name);
  }
}

document.documentElement.classList.add("has-script");
enlivenAll(document);
