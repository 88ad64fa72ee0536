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

  /** Each goes with a `request`, which comes back with its answer. */
  type Message = Names | Failure;
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

  type Message = Hello | Names | Failure;
}
