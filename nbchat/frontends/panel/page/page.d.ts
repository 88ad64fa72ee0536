/**
 * What the scripts are given, by Python and by the page around them. Nothing of this is sent to a
 * browser.
 */

/** words.json, by language. `source` puts this and the style before the scripts. */
declare const WORDS: Record<string, Record<string, string>>;

/** The language that the kernel was given, such as zh_CN.UTF-8; "" where it has none. */
declare const LANGUAGE: string;

/** What may be chosen: the range of each number, the words for thinking, the ready tools. */
declare const OPTIONS: {
  numbers: Record<string, { min: number; max: number; step: number }>;
  thinking: string[];
  tools: string[];
};

/** The style of the panel, and of what render makes. */
declare const STYLE: string;

/** A widget's model as anywidget hands it over. */
interface WidgetModel {
  on(event: "msg:custom", hear: HearMessage): void;
  on(event: "comm_live_update", hear: () => void): void;
  off(event: "msg:custom", hear: HearMessage): void;
  off(event: "comm_live_update", hear: () => void): void;
  send(message: ToPython.Message, callbacks: undefined, buffers?: ArrayBuffer[]): void;
  /** In JupyterLab and Notebook it knows the notebook. */
  widget_manager?: { context?: { model?: Notebook } };
}

type HearMessage = (message: ToPage.Message, buffers: DataView<ArrayBuffer>[]) => void;

/** The parts of JupyterLab's notebook model that are used; a host may have none of them. */
interface Notebook {
  sharedModel?: SharedNotebook;
  cells?: { get?(number: number): { outputs?: Outputs } | undefined };
}

interface SharedNotebook {
  cells: SharedCell[];
  insertCell?(place: number, cell: { cell_type: "code"; source: string }): SharedCell | undefined;
}

interface SharedCell {
  cell_type?: string;
  getId(): string;
  getSource?(): string;
  setSource?(source: string): void;
  getMetadata?(name: string): unknown;
  /** So that what follows is undone by itself. */
  undoManager?: { stopCapturing?(): void } | null;
}

interface Outputs {
  length: number;
  get(place: number): { data: Record<string, unknown> };
  set?(place: number, output: object): void;
}

/** The classic notebook's. */
interface ClassicNotebook {
  insert_cell_below?(type: "code"): { set_text(text: string): void };
  insert_cell_above?(type: "code"): { set_text(text: string): void };
}

interface Window {
  Jupyter?: { notebook?: ClassicNotebook };
}

/** What `element` takes: attributes by name, and listeners under `on`. */
interface Attributes {
  on?: Listeners;
  [name: string]: string | number | boolean | null | undefined | Listeners;
}

type Listeners = {
  [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => unknown;
} & { toggle?: (event: ToggleEvent) => unknown };

type Child = Node | string | null | undefined;

/** The element that a name such as "div.row" makes. */
type ElementOf<Name extends string> =
  TagOf<Name> extends keyof HTMLElementTagNameMap
    ? HTMLElementTagNameMap[TagOf<Name>]
    : HTMLElement;

type TagOf<Name extends string> = Name extends `${infer Tag}.${string}` ? Tag : Name;

/**
 * What a key does, by its name; true where it has done something, so that the page does nothing.
 */
type Keys = Record<string, (event: KeyboardEvent) => boolean>;

/** Where code goes. */
type Place = "below" | "above" | "replace";

/** What a menu offers. */
/** An entry of a menu; null draws a line. */
type MenuEntry = [text: string, act: () => void, ...notes: string[]] | null;

/** A question as it was typed, so that it can come back. */
interface Draft {
  text: string;
  things: AttachedThing[];
  images: AttachedImage[];
  /** The turn whose question it is to replace. */
  instead?: TurnView | null;
  /** Whether the code in it is to run. */
  run?: boolean;
}

/** Something of the notebook that goes along. */
interface AttachedThing {
  of: ToPython.Of;
  name: string;
  label: string;
  /** What would be sent of it, once Python has told. */
  text?: string;
  /** By which it is sent as it is shown. */
  mark?: string;
  /** Whether that is not all. */
  cut?: true;
  /** Whether a person has unfolded it. */
  open?: boolean;
}

/** What can be chosen after an @. */
interface Mention {
  of: ToPython.Of;
  name: string;
  /** What it is called, and what is said of it. */
  row: string[];
}

interface AttachedImage {
  name: string;
  blob: Blob;
  /** Of the blob, to show it. */
  url: string;
}
