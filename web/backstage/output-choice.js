import { build } from "../build.js";

/** Which device plays, where the browser tells of several; hidden otherwise. */
export class OutputChoice {
  /**
   * @param {HTMLElement} place hidden while there is nothing to choose
   * @param {(device: string) => void} onChosen
   */
  constructor(place, onChosen) {
    this._place = place;
    this._select = /** @type {HTMLSelectElement} */ (place.querySelector("select"));
    if (!("setSinkId" in AudioContext.prototype) || !navigator.mediaDevices) return;
    this._select.addEventListener("change", () => onChosen(this._select.value));
    navigator.mediaDevices.addEventListener("devicechange", () => this._list());
    this._list();
  }

  async _list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const outputs = devices.filter(({ kind, label }) => kind === "audiooutput" && label);
    const chosen = this._select.value;
    this._select.replaceChildren(
      ...outputs.map(({ deviceId, label }) => build("option", { value: deviceId }, label)),
    );
    if (outputs.some(({ deviceId }) => deviceId === chosen)) this._select.value = chosen;
    this._place.hidden = outputs.length < 2;
  }
}
