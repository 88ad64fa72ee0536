// What is at the end stays at the end; what is being read stays where it is.
const STICKY = 24; // pixels from the end that still count as the end

class Scroll {
  constructor(log, list, jump) {
    Object.assign(this, { log, jump, pinned: true });
    let top = 0;
    log.addEventListener("scroll", () => {
      const up = log.scrollTop < top - 1;
      top = log.scrollTop;
      this.pinned = this.gap < STICKY || (this.pinned && !up);
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
