// What is at the end stays at the end; what is being read stays where it is.
const STICKY = 24; // pixels from the end that still count as the end
const BY_HAND = 1000; // milliseconds after a person's doing in which the transcript is scrolled by it

class Scroll {
  constructor(log, list, jump) {
    Object.assign(this, { log, jump, pinned: true });
    let top = 0, hand = 0;
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"])
      log.addEventListener(kind, () => (hand = Date.now()), { passive: true });
    // The browser scrolls up too, where something gets smaller.
    log.addEventListener("scroll", () => {
      const left = log.scrollTop < top - 1 && Date.now() - hand < BY_HAND;
      top = log.scrollTop;
      this.pinned = this.gap < STICKY || (this.pinned && !left);
      jump.hidden = this.pinned;
    });
    this.sizes = new ResizeObserver(() => this.follow());
    this.sizes.observe(list);
    this.sizes.observe(log);
  }

  get gap() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
  }

  // Make a change, decided before it whether to follow.
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
