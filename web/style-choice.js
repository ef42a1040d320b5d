/** @typedef {{ name: string, title: string, text: string }} StyleInfo */

/** The styles as cards, one of them chosen; keys 1–9 choose too. */
export class StyleChoice {
  /**
   * @param {HTMLElement} container
   * @param {(name: string) => void} onChoose the listener chose another style
   */
  constructor(container, onChoose) {
    this._container = container;
    this._onChoose = onChoose;
    /** @type {HTMLInputElement[]} */
    this._inputs = [];
  }

  /** Ask the server which styles there are. */
  async load() {
    const answer = await fetch("/api/v1/styles");
    if (!answer.ok) throw new Error(`the list of styles came with status ${answer.status}`);
    /** @type {StyleInfo[]} */
    const styles = await answer.json();
    for (const style of styles) this._add(style);
  }

  get chosen() {
    return this._inputs.find((input) => input.checked)?.value;
  }

  /** @param {string} name */
  show(name) {
    for (const input of this._inputs) input.checked = input.value === name;
  }

  /**
   * Whether there is a style under this number.
   * @param {number} number 1 for the first
   */
  choose(number) {
    const input = this._inputs[number - 1];
    if (!input) return false;
    if (!input.checked) {
      input.checked = true;
      this._onChoose(input.value);
    }
    return true;
  }

  /**
   * Say on the chosen card when it will be heard.
   * @param {string} text
   */
  showLanding(text) {
    for (const input of this._inputs) {
      const when = /** @type {HTMLElement} */ (input.parentElement?.querySelector(".when"));
      const shown = input.checked ? text : "";
      if (when.textContent !== shown) when.textContent = shown;
    }
  }

  /** @param {StyleInfo} style */
  _add({ name, title, text }) {
    const input = document.createElement("input");
    input.type = "radio";
    input.name = "style";
    input.value = name;
    input.addEventListener("change", () => this._onChoose(name));
    const label = document.createElement("label");
    label.className = "style";
    label.title = text;
    label.append(
      input,
      labelled("span", title),
      labelled("small", "", "when"),
      labelled("small", text, "text"),
    );
    this._container.append(label);
    this._inputs.push(input);
  }
}

/**
 * @param {"span" | "small"} tag
 * @param {string} text
 * @param {string} className
 */
function labelled(tag, text, className = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
