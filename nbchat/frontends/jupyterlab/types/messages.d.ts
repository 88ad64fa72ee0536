/** What the extension and the kernel say to each other. `lab_messages.py` checks what arrives. */

declare namespace ToKernel {
  /** Which names in this cell are those of values. */
  interface Names {
    kind: "names";
    source: string;
  }

  /** Whether this cell is the one that failed last. */
  interface Failure {
    kind: "failure";
    cell: string;
  }

  /** Which panel to show beside the notebook; `make` one where there is none. */
  interface Panel {
    kind: "panel";
    make: boolean;
  }

  /** How a question about an output begins of this cell; `number` is the 3 of `Out[3]`. */
  interface Shown {
    kind: "shown";
    cell: string;
    number: number | null;
  }

  /** Have the last error explained or mended in the open panel. */
  interface Wish {
    kind: "wish";
    wish: "explain" | "fix";
  }

  /** Propose the next cell; `by_itself` where no person has asked for it. */
  interface Proposal {
    kind: "proposal";
    by_itself: boolean;
  }

  /** Nobody wants the proposal any more. */
  interface Leave {
    kind: "leave";
  }

  /** The language that the page is in, such as zh-CN. It has no answer. */
  interface Language {
    kind: "language";
    language: string;
  }

  /** Each goes with a `request`, which comes back with its answer. */
  type Message = Names | Failure | Panel | Shown | Wish | Proposal | Leave | Language;
}

declare namespace ToPage {
  /** nbchat has been loaded. */
  interface Hello {
    kind: "hello";
  }

  /** Begin and end in UTF-16 units, and whether there is such a value. */
  interface Names {
    kind: "names";
    places: [number, number, boolean][];
  }

  interface Failure {
    kind: "failure";
    is_last: boolean;
    into: "cell" | "panel";
  }

  /** The widget's id, or "". Comes also unasked, where `%chat panel` has run. */
  interface Panel {
    kind: "panel";
    model: string;
  }

  /** Of a cell for the question; empty where this kernel has not shown the output. */
  interface Shown {
    kind: "shown";
    source: string;
  }

  /** False where no panel is open. */
  interface Wish {
    kind: "wish";
    is_asked: boolean;
  }

  /** All of the code, or why there is none. */
  interface Proposal {
    kind: "proposal";
    code: string;
    why: string;
  }

  /** Nothing is asked any more. */
  interface Leave {
    kind: "leave";
  }

  type Message = Hello | Names | Failure | Panel | Shown | Wish | Proposal | Leave;
}
