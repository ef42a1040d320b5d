/**
 * Media keys, headset and lock screen. Systems show them for a media element only, so a silent one
 * plays along; on telephones it also keeps the music alive under a locked screen.
 */
export class MediaControls {
  /** @param {{ play: () => void, stop: () => void, skip: () => void }} hands */
  constructor({ play, stop, skip }) {
    this._silence = new Audio(new URL("../silence.flac", import.meta.url).href);
    this._silence.loop = true;
    this._silence.preload = "none";
    this._cover = "";
    const session = navigator.mediaSession;
    if (!session) return;
    session.setActionHandler("play", play);
    session.setActionHandler("pause", stop);
    session.setActionHandler("stop", stop);
    session.setActionHandler("nexttrack", skip);
  }

  /** @param {boolean} playing */
  show(playing) {
    if (playing)
      this._silence.play().catch(() => {}); // no lock screen then; the music plays on
    else this._silence.pause();
    if (navigator.mediaSession)
      navigator.mediaSession.playbackState = playing ? "playing" : "paused";
  }

  /**
   * @param {string} title
   * @param {string} style
   * @param {Blob | null} cover
   */
  name(title, style, cover) {
    if (!navigator.mediaSession) return;
    URL.revokeObjectURL(this._cover);
    this._cover = cover ? URL.createObjectURL(cover) : "";
    navigator.mediaSession.metadata = new MediaMetadata({
      title,
      artist: "genmusic",
      album: style,
      artwork: cover ? [{ src: this._cover, sizes: "512x512", type: cover.type }] : [],
    });
  }
}
