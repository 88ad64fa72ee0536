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

  /** Each goes with a `request`, which comes back with its answer. */
  type Message = Names | Failure | Panel;
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
  }

  /** The widget's id, or "". Comes also unasked, where `%chat panel` has run. */
  interface Panel {
    kind: "panel";
    model: string;
  }

  type Message = Hello | Names | Failure | Panel;
}
