// What is at the end stays at the end; what is being read stays where it is.

// Pixels from the end that still count as the end.
const STICKY = 24;
// Milliseconds after a person's doing in which the transcript is scrolled by it.
const BY_HAND = 1000;

class Scroll {
  /**
   * @param {HTMLElement} log  what is scrolled
   * @param {HTMLElement} list  what grows in it
   * @param {HTMLElement} jump  shown where the end is out of sight
   */
  constructor(log, list, jump) {
    this.log = log;
    this.jump = jump;
    this.pinned = true;
    this.listen();
    this.sizes = new ResizeObserver(() => this.follow());
    this.sizes.observe(list);
    this.sizes.observe(log);
  }

  listen() {
    const { log } = this;
    let top = 0;
    let touched = 0;
    const touch = () => {
      touched = Date.now();
    };
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      log.addEventListener(kind, touch, { passive: true });
    }
    // The browser scrolls up too, where something gets smaller.
    log.addEventListener("scroll", () => {
      const left = log.scrollTop < top - 1 && Date.now() - touched < BY_HAND;
      top = log.scrollTop;
      this.pinned = this.gap < STICKY || (this.pinned && !left);
      this.jump.hidden = this.pinned;
    });
  }

  /** Pixels below what is in sight. */
  get gap() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
  }

  /**
   * Make a change, decided before it whether to follow.
   *
   * @param {() => void} change
   */
  keep(change) {
    this.pinned ||= this.gap < STICKY;
    change();
    this.follow();
  }

  follow() {
    if (this.pinned) this.log.scrollTop = this.log.scrollHeight;
    this.jump.hidden = this.pinned;
  }

  pin() {
    this.pinned = true;
    this.follow();
  }

  close() {
    this.sizes.disconnect();
  }
}
