/**
 * Every message between the page and Python, in both directions, with all its members.
 *
 * Nothing of this is sent to a browser. The type check holds the scripts to it, and
 * `tests/frontends/panel/test_page_messages.py` holds Python to it: what `page_messages` reads,
 * and what the panel's session tells. Bytes go beside a message, as buffers.
 */

/** What the page says to Python. `page_messages` checks each. */
declare namespace ToPython {
  /** A view is there and has nothing. */
  interface Sync {
    kind: "sync";
    /** The view's own id, made by the page. */
    view: string;
    /** The reader's, such as zh-CN. */
    language?: string;
  }

  /** A view is gone. */
  interface Bye {
    kind: "bye";
    view: string;
  }

  /**
   * A view lacks these turns, or lost a piece of one. Without ids it asks whether Python is there.
   */
  interface Want {
    kind: "want";
    ids: string[];
  }

  /** A question. Its images are the buffers. */
  interface Send {
    kind: "send";
    /** Made by the page; with it, a message that is sent twice asks once. */
    request_id: string;
    /** What was typed. */
    text: string;
    /** The name of the conversation it was typed in. */
    conversation?: string;
    /** Names of variables that go along. */
    variables?: string[];
    /** What else of the notebook goes along. */
    along?: Along[];
    /** Names of the images' files, in the order of the buffers. */
    images?: string[];
    /** Whether it asks to run the code in it, which the model has the tool for then. */
    run?: boolean;
  }

  /** What can go along with a question. */
  type Of = "variable" | "cell" | "file" | "error" | "cells";

  /** A piece of the notebook, as it was shown. */
  interface Along {
    of: Exclude<Of, "variable">;
    /** The cell's number, the file's path; "" where there is but one. */
    name: string;
    /** Of what was shown, or "" where nothing was. */
    mark: string;
  }

  /** Stop what is being answered. */
  interface Stop {
    kind: "stop";
  }

  /** Answer a question for consent. */
  interface Decide {
    kind: "decide";
    /** Whose answer it is. */
    view: string;
    /** Of the question. */
    id: string;
    how: "run" | "refuse";
    /** Of a refusal. */
    reason?: string;
    /** What runs in place of what was shown. */
    code?: string;
    /** Whether the tool need not ask again during this answer. */
    rest?: boolean;
  }

  /** Ask a turn's question again, as another branch. */
  interface Again {
    kind: "again";
    request_id: string;
    /** Of the turn. */
    id: string;
    /** Ask this in its place, with the same attachments. */
    text?: string;
  }

  /** Give the waiting question back. */
  interface Unqueue {
    kind: "unqueue";
  }

  /** Show another of the turns that were asked in this one's place. */
  interface Branch {
    kind: "branch";
    id: string;
    /** Which of them, from 0. */
    number: number;
  }

  /** Settings of the next questions; what is left out stays, null is the model's own. */
  interface Choose {
    kind: "choose";
    model?: string | null;
    temperature?: number | null;
    max_tokens?: number | null;
    /** "" for the model's own, or off, on, low, medium, high, max. */
    thinking?: string;
    /** Whether the provider searches the web. */
    search?: boolean;
    /** The ready tools that the model has, and whether a plan comes first. */
    tools?: string[];
    plan?: boolean;
    system?: string | null;
    /** Of the conversation. */
    title?: string;
  }

  /** Asks which conversations there are. */
  interface Talks {
    kind: "talks";
  }

  /** Show another conversation; without a name and an id, begin one. */
  interface Talk {
    kind: "talk";
    /** Of one in this kernel. */
    name?: string;
    /** Of one on disk. */
    id?: string;
  }

  /** Take back the last turn, bring it back, start over, or remove the conversation for good. */
  interface Move {
    kind: "move";
    how: "undo" | "redo" | "reset" | "delete";
  }

  /** Asks which models there are. */
  interface Models {
    kind: "models";
  }

  /** Asks for the variables whose names begin so. */
  interface Names {
    kind: "names";
    text: string;
  }

  /** Asks for the cells that have run and contain that. */
  interface Cells {
    kind: "cells";
    text: string;
  }

  /** Asks for the files below the notebook's folder whose path contains that. */
  interface Files {
    kind: "files";
    text: string;
  }

  /** Asks what would be sent of something now. */
  interface Peek {
    kind: "peek";
    of: Of;
    name: string;
  }

  /** Asks for all of that. */
  interface Whole {
    kind: "whole";
    of: Of;
    name: string;
  }

  /** Asks for all of something that was attached to a turn's question. */
  interface Value {
    kind: "value";
    /** Of the turn. */
    id: string;
    /** Which of its attachments, from 0. */
    number: number;
  }

  /** Asks for the notebook's copy of the transcript, where Python's own update of it was lost. */
  interface Snapshot {
    kind: "snapshot";
  }

  /** Asks for the bytes of an image in a question, or in its answer. */
  interface Picture {
    kind: "picture";
    /** Of the turn. */
    id: string;
    /** Which of its images, from 0, those of the question first. */
    number: number;
  }

  /** Asks for the conversation as a file. */
  interface Export {
    kind: "export";
    format: "md" | "json" | "html" | "ipynb";
  }

  type Message =
    | Sync
    | Bye
    | Want
    | Send
    | Stop
    | Decide
    | Again
    | Unqueue
    | Branch
    | Choose
    | Talks
    | Talk
    | Move
    | Models
    | Names
    | Cells
    | Files
    | Peek
    | Whole
    | Value
    | Snapshot
    | Picture
    | Export;

  /** Those that are answered by a message of the same kind. */
  type Request = Talks | Models | Names | Cells | Files | Peek | Whole | Value;
}

/** What Python says to the page: `html` is cleaned by render, all else is plain text. */
declare namespace ToPage {
  /** What holds for the next question. */
  interface Now {
    kind: "now";
    /** That would be asked, or "" where the question would be refused. */
    model: string;
    system: string;
    /** The question that waits. */
    queued: string | null;
    temperature: number | null;
    max_tokens: number | null;
    thinking: string;
    search: boolean;
    tools: string[];
    plan: boolean;
    /** How many cells have run while the panel was seen. */
    runs: number;
    /** The last error's name, or "". */
    error: string;
    /** How many cells can go along. */
    cells: number;
    /** Names of the newest DataFrames. */
    frames: string[];
  }

  /** The branch that is shown. */
  interface State {
    kind: "state";
    /** The conversation's. */
    name: string;
    title: string;
    /** Of the branch's turns, the oldest first. */
    ids: string[];
    /** By id, for turns that have others beside them: which one it is, and of how many. */
    places: Record<string, [number, number]>;
    /** Ids of turns that are being answered. */
    live: string[];
    /** Ids of turns that got no answer. */
    failed: string[];
    /** The mark of the copy that the notebook should have. */
    copy: string;
  }

  /** Finished turns. They are deflated JSON in the buffer: a list of `Row`. */
  interface Rows {
    kind: "rows";
  }

  /**
   * A turn is asked, or (with `seq`) a view that lacks it gets what has been sent of its answer.
   * It comes again where another model is asked than was to be expected.
   */
  interface Open {
    kind: "open";
    id: string;
    /** Of the panel's message that asked it, or "". */
    request_id: string;
    /** Who is asked. */
    model: string;
    /** The id of the turn before, or "". */
    after: string;
    question: Question;
    /** The blocks that will not change any more. */
    html?: string;
    /** The open end after them, as HTML. */
    tail?: string;
    thought?: string;
    notes?: string[];
    doing?: Doing;
    /** Tokens that have come, roughly. */
    tokens?: number;
    /** The number of the last delta that is in this. */
    seq?: number;
  }

  /** What is new in an answer. */
  interface Delta {
    kind: "delta";
    id: string;
    /** From 1, without gaps. */
    seq: number;
    /** HTML of further blocks that will not change any more. */
    settled?: string;
    /**
     * The open end: keep so much of its beginning, put this, keep so much of its end (UTF-16
     * units).
     */
    tail?: [number, string, number];
    /** Further words of the model's thinking. */
    thought?: string;
    notes?: string[];
    doing?: Doing;
    /** Tokens that have come, roughly. */
    tokens?: number;
  }

  /** What is waited for, and the name of the tool; nothing while words come. */
  type Doing = [] | [what: "waiting" | "running" | "asking" | "held", tool: string];

  /** All questions for consent that wait. */
  interface Consents {
    kind: "consents";
    cards: Card[];
  }

  /** Whether a tool may run, or a plan. */
  interface Card {
    id: string;
    tool: string;
    /** How many, where it is a plan. */
    steps: number;
    /** All that would run: HTML. */
    html: string;
    /** Whether it can be read, which is needed for a consent. */
    can_run: boolean;
    /** The code, where it may be edited. */
    code?: string;
  }

  /** A question for consent has its answer. */
  interface Answered {
    kind: "answered";
    id: string;
    /** Where it was given. */
    by: string;
    /** The view that has given it, where it was one of this panel. */
    view: string;
    approved: boolean;
  }

  /** An answer is whole. */
  interface End extends Facts {
    kind: "end";
    id: string;
    /** The number of the last delta. */
    seq: number;
    /** All of it, where blocks changed that had been sent. */
    html?: string;
  }

  /** A question got no answer. */
  interface Refusal {
    kind: "refusal";
    id: string;
    /** Of the panel's message that asked it. */
    request_id: string;
    /** What was asked, for a view that lacks it. */
    question?: Question;
    /** The name of the error's class, which is not shown. */
    error: string;
    /** What happened, and on a line of its own what to do. */
    text: string;
    /** What of the text can be copied, or "". */
    copy: string;
    /** Whether another model could answer it. */
    other: boolean;
  }

  /** Something went wrong that belongs to no turn. */
  interface Note {
    kind: "note";
    /** The name of the error's class, which is not shown. */
    error: string;
    text: string;
    /** What goes before the text, where it is no error. */
    label?: string;
  }

  /** The kernel has a view's message. */
  interface Ack {
    kind: "ack";
    request_id: string;
  }

  /** A question was not asked after all. */
  interface Back {
    kind: "back";
    request_id: string;
    text: string;
  }

  /**
   * The conversations: name or "", id on disk or "", title, turns, seconds since the epoch of its
   * last change or 0, and the notebook's file name or "".
   */
  interface Talks {
    kind: "talks";
    rows: [string, string, string, number, number, string][];
  }

  /**
   * The models: id, provider, and what keeps it from being used: a word of words.json and its
   * value.
   */
  interface Models {
    kind: "models";
    rows: [string, string, string, string][];
  }

  /** Variables: name and kind. */
  interface Names {
    kind: "names";
    /** What was asked about. */
    text: string;
    rows: [string, string][];
  }

  /** Cells: number, first line, and how many outputs. */
  interface Cells {
    kind: "cells";
    /** What was asked about. */
    text: string;
    rows: [string, string, string][];
  }

  /** Files: path and size. */
  interface Files {
    kind: "files";
    /** What was asked about. */
    text: string;
    rows: [string, string][];
  }

  /** What would be sent of something. Besides it has the members of what asked for it. */
  interface Peek {
    kind: "peek";
    of: string;
    name: string;
    /** What it is, and its size; or why nothing is sent. */
    label: string;
    /** Its beginning, and how much that is. */
    text: string;
    /** By which it can be sent as it is shown. */
    mark: string;
    /** Whether there is more. */
    cut?: true;
  }

  /** All that would be sent of it. */
  interface Whole {
    kind: "whole";
    of: string;
    name: string;
    text: string;
  }

  /** All of what was attached to a question. */
  interface Value {
    kind: "value";
    id: string;
    number: number;
    text: string;
  }

  /** The notebook's copy of the transcript. */
  interface Snapshot {
    kind: "snapshot";
    mark: string;
    /** An output's data, by media type. */
    data: Record<string, string>;
  }

  /** An image in a question, or in its answer. Its bytes are the buffer. */
  interface Picture {
    kind: "picture";
    id: string;
    number: number;
    /** A media type. */
    type: string;
  }

  /** The conversation as a file to be kept. */
  interface File {
    kind: "file";
    name: string;
    /** A media type. */
    type: string;
    text: string;
  }

  type Answer = Talks | Models | Names | Cells | Files | Peek | Whole | Value;

  type Message =
    | Now
    | State
    | Rows
    | Open
    | Delta
    | Consents
    | Answered
    | End
    | Refusal
    | Note
    | Ack
    | Back
    | Answer
    | Snapshot
    | Picture
    | File;

  /** Label, the beginning of a value, and whether there is more; none where it is not shown. */
  type Attachment = [label: string, value?: string, cut?: true];

  /** What was asked. */
  interface Question {
    text: string;
    attachments: Attachment[];
    /** The images' media types. */
    images: string[];
    /** The names of other files. */
    files: string[];
  }

  /** What is known about an answer once it has ended. */
  interface Facts {
    /** The model's thinking: HTML, and how many words. */
    thought: [string, number] | null;
    notes: string[];
    /** Tools that were asked for: name and arguments. */
    calls: [string, string][];
    /** Why it ended, details, and how many characters it has. */
    stop: [string, string, number];
    words: number;
    footer: string[];
    /** The answer to be copied. */
    markdown: string;
    /** The answer's sources, folded: HTML. */
    sources?: string;
  }

  /** A finished turn, whole. */
  interface Row extends Facts {
    id: string;
    question: Question;
    html: string;
  }
}
