/** What the extension and the kernel say to each other. `lab_messages.py` checks what arrives. */

declare namespace ToKernel {
  /** Which names in this cell are those of values. */
  interface Names {
    kind: "names";
    source: string;
  }

  /** Which panel to show beside the notebook; `make` one where there is none. */
  interface Panel {
    kind: "panel";
    make: boolean;
  }

  /**
   * What to do where the error of this cell is to be explained or mended, or an output of it asked
   * about; `number` is the 3 of `Out[3]`.
   */
  interface Wish {
    kind: "wish";
    cell: string;
    wish: "about" | "explain" | "fix";
    number: number | null;
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

  /** The language that the page would be in, such as zh-CN. */
  interface Language {
    kind: "language";
    language: string;
  }

  /** Each goes with a `request`, which comes back with its answer. */
  type Message = Names | Panel | Wish | Proposal | Leave | Language;
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

  /** The widget's id, or "". Comes also unasked, where `%chat panel` has run. */
  interface Panel {
    kind: "panel";
    model: string;
  }

  /** A cell that is to run below or to begin there, or "", and the name of a phrase to say, or "". */
  interface Wish {
    kind: "wish";
    run: string;
    begin: string;
    said: string;
  }

  /** All of the code, and the name of what is said of it; or why there is none. */
  interface Proposal {
    kind: "proposal";
    code: string;
    said: string;
  }

  /** Nothing is asked any more. */
  interface Leave {
    kind: "leave";
  }

  /** The language that a person is to read. */
  interface Language {
    kind: "language";
    language: "en" | "zh";
  }

  type Message = Hello | Names | Panel | Wish | Proposal | Leave | Language;
}
