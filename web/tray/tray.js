/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The second depth: styles and volume, put away by those who only listen. */
export class Tray {
  /**
   * @param {boolean} open
   * @param {(open: boolean) => void} onToggled
   */
  constructor(open, onToggled) {
    this._onToggled = onToggled;
    element("tray-button").addEventListener("click", () => {
      this._show(!this.open);
      this._onToggled(this.open);
    });
    this._show(open);
  }

  get open() {
    return !element("tray").hidden;
  }

  /** @param {boolean} open */
  _show(open) {
    element("tray").hidden = !open;
    element("tray-button").setAttribute("aria-expanded", String(open));
  }
}
