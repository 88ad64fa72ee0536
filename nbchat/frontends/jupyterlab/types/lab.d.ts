/**
 * What the extension uses of JupyterLab and CodeMirror, and what its files give each other.
 * Nothing of this is sent to a browser.
 */

interface Window {
  _JUPYTERLAB?: Record<string, Container>;
}

/** By package and version. */
type SharedScope = Record<string, Record<string, { get(): Promise<() => unknown> }>>;

interface Container {
  init(scope: SharedScope): void;
  get(module: string): Promise<() => LabPlugin | LabPlugin[]>;
}

interface LabPlugin {
  id: string;
  autoStart: boolean;
  optional: object[];
  activate(
    app: Application,
    tracker: Tracker | null,
    translator: { languageCode: string } | null,
    restorer: Restorer | null,
    ...places: Places
  ): void;
}

type Places = [Palette | null, MainMenu | null, Launcher | null];

interface Signal<Sender, Argument> {
  /** Until `owner` is disposed of. */
  connect(hear: (sender: Sender, argument: Argument) => unknown, owner?: object): void;
}

interface Application {
  commands: Commands;
  shell: Shell;
  restored: Promise<unknown>;
  serviceManager: { kernelspecs: { specs: { default: string } | null } };
}

interface Shell {
  add(widget: Widget, area: "right"): void;
  activateById(id: string): void;
}

interface Commands {
  addCommand(
    id: string,
    command: {
      label(): string;
      caption?(): string;
      isEnabled?(): boolean;
      execute(given?: { cwd?: string }): Promise<unknown>;
    },
  ): void;
  execute(id: "nbchat:panel"): Promise<void>;
  execute(
    id: "notebook:create-new",
    given: { cwd?: string; kernelName?: string },
  ): Promise<NotebookPanel>;
}

interface AppUtils {
  Clipboard: { copyToSystem(text: string): void };
}

interface Palette {
  addItem(item: { command: string; category: string }): void;
}

interface MainMenu {
  addMenu(menu: object, update: boolean, options: { rank: number }): void;
}

interface Launcher {
  add(card: { command: string; category: string; kernelIconUrl: string }): void;
}

/** Brings back what was in a sidebar when the page was left. */
interface Restorer {
  add(widget: Widget, name: string): void;
}

// --- Lumino

interface LuminoWidgets {
  Menu: new (options: { commands: Commands }) => Menu;
  Panel: new () => Widget & { addWidget(widget: Widget): void };
  Widget: new (options: { node: HTMLElement }) => Widget;
}

interface Menu {
  title: { label: string };
  addItem(item: { command: string }): void;
}

interface Widget {
  id: string;
  node: HTMLElement;
  title: { caption: string; iconClass: string };
  parent: SplitPanel | null;
  isVisible: boolean;
  setHidden(hidden: boolean): void;
  dispose(): void;
}

/** Or another one, which has no sizes to set. */
interface SplitPanel extends Widget {
  widgets: Widget[];
  relativeSizes(): number[];
  setRelativeSizes(sizes: number[]): void;
}

interface Renderer extends Widget {
  renderModel(model: OutputModel): Promise<void>;
}

interface OutputModel {
  data: Record<string, { model_id: string } | undefined>;
  metadata: object;
  trusted: boolean;
}

interface RenderMime {
  addFactory(
    factory: { safe: boolean; mimeTypes: string[]; createRenderer(): Renderer },
    rank: number,
  ): void;
  createRenderer(mimeType: string): Renderer;
}

interface Tracker {
  currentWidget: NotebookPanel | null;
  currentChanged: Signal<Tracker, NotebookPanel | null>;
  forEach(call: (panel: NotebookPanel) => void): void;
  widgetAdded: Signal<Tracker, NotebookPanel>;
}

// --- notebooks

interface NotebookPanel {
  id: string;
  node: HTMLElement;
  content: Notebook;
  context: { save(): Promise<void>; contentsModel: { writable: boolean } | null };
  isDisposed: boolean;
  disposed: Signal<NotebookPanel, void>;
  sessionContext: SessionContext;
}

interface Notebook {
  widgets: CodeCell[];
  model: NotebookModel | null;
  activeCell: CodeCell | null;
  activeCellIndex: number;
  mode: "command" | "edit";
  deselectAll(): void;
  activate(): void;
  rendermime: RenderMime;
  scrollToItem(place: number): void;
}

interface NotebookModel {
  cells: { changed: Signal<object, object> };
  sharedModel: { insertCell(place: number, cell: { cell_type: "code"; source: string }): void };
}

interface NotebookActions {
  run(notebook: Notebook, context: SessionContext): Promise<boolean>;
}

/** Any cell, until its model says that it is code. */
interface CodeCell {
  model: CellModel;
  node: HTMLElement;
  editor: Editor | null;
  ready: Promise<void>;
  isDisposed: boolean;
  disposed: Signal<CodeCell, void>;
  outputArea: OutputArea;
}

interface CellModel {
  type: "code" | "markdown" | "raw";
  mimeType: string;
  trusted: boolean;
  contentChanged: Signal<CellModel, void>;
  mimeTypeChanged: Signal<CellModel, object>;
  getMetadata(name: string): unknown;
  sharedModel: {
    getId(): string;
    getSource(): string;
    setSource(source: string): void;
    /** So that what follows is undone by itself. */
    undoManager: { stopCapturing(): void } | null;
  };
}

interface OutputArea {
  node: HTMLElement;
  widgets: readonly { node: HTMLElement }[];
  model: { get(place: number): Output | undefined };
}

interface Output {
  type: string;
  executionCount?: number | null;
  data?: Record<string, unknown>;
}

// --- kernels

interface SessionContext {
  ready: Promise<void>;
  session: { kernel: Kernel | null } | null;
  kernelChanged: Signal<SessionContext, object>;
  statusChanged: Signal<SessionContext, string>;
  iopubMessage: Signal<SessionContext, KernelMessage>;
}

interface Kernel {
  createComm(target: string, id: string): KernelComm;
  requestCommInfo(content: {
    target_name: string;
  }): Promise<{ content: { comms?: Record<string, object> } }>;
}

interface KernelMessage {
  header: { msg_type: string };
  parent_header: { msg_type?: string };
  content: { comm_id?: string; execution_state?: string };
}

interface KernelComm {
  isDisposed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the kernel has sent
  onMsg: (message: { content: { data: any } }) => void;
  onClose: () => void;
  send(message: ToKernel.Message & { request: string }): void;
}

/** What answers a message, by its kind. */
type AnswerTo<Kind> = Extract<ToPage.Message, { kind: Kind }>;

interface KernelLink {
  /** Whether `%load_ext nbchat` has run in the kernel. */
  readonly isOpen: boolean;
  /**
   * Calls where the link opens or closes, a cell has ended, or `%chat panel` shows a widget: with
   * its id then, else with "". Ends where `owner` is gone.
   */
  onChange(hear: (model: string) => void, owner: CodeCell | NotebookPanel): void;
  /**
   * Undefined where no answer comes in time, because the kernel is busy, or where nbchat is not
   * loaded.
   */
  request<Kind extends ToKernel.Message["kind"]>(
    message: Extract<ToKernel.Message, { kind: Kind }>,
  ): Promise<AnswerTo<Kind> | undefined>;
}

// --- CodeMirror

interface Editor {
  editor: EditorView;
  injectExtension(extension: unknown): void;
}

interface EditorState {
  doc: { length: number; lineAt(place: number): { from: number } };
  sliceDoc(from?: number, to?: number): string;
  selection: { main: { empty: boolean; head: number } };
  readOnly: boolean;
}

interface EditorView {
  state: EditorState;
  dispatch(change: object): void;
  hasFocus: boolean;
}

/** Something that an editor can be given. */
interface Extension {
  readonly extension?: unknown;
}

interface StateField<Value> extends Extension {
  readonly holds?: Value;
}

interface Effect {
  is<Value>(kind: EffectKind<Value>): this is { value: Value };
}

interface EffectKind<Value> {
  of(value: Value): Effect;
}

interface Transaction {
  changes: object;
  effects: Effect[];
}

interface DecorationSet {
  map(changes: object): DecorationSet;
}

interface Decoration {
  range(from: number, to?: number): object;
}

/** What depends on parts of an editor's state. */
interface Computed<Value> {
  compute(parts: ("doc" | "selection")[], from: (state: EditorState) => Value): Extension;
  from(field: StateField<Value>): Extension;
}

interface CodeMirrorState {
  EditorState: { languageData: { of(from: (state: EditorState) => object[]): Extension } };
  Prec: { highest(extension: Extension): Extension };
  StateEffect: { define<Value>(): EffectKind<Value> };
  StateField: {
    define<Value>(field: {
      create(state: EditorState): Value;
      update(value: Value, change: Transaction): Value;
      provide?(field: StateField<Value>): Extension;
    }): StateField<Value>;
  };
}

interface CodeMirrorView {
  Decoration: {
    none: DecorationSet;
    set(ranges: object[], sort?: boolean): DecorationSet;
    line(what: { class: string }): Decoration;
    mark(what: { class: string }): Decoration;
    widget(what: { widget: object; side: number }): Decoration;
  };
  EditorView: {
    contentAttributes: Computed<{ class?: string; spellcheck?: string }>;
    decorations: Computed<DecorationSet>;
    announce: EffectKind<string>;
  };
  WidgetType: new () => object;
}

// --- what the files give each other

/** A phrase of words.json in the reader's language. */
type Phrase = (name: string) => string;

/** What it returns is the name of a phrase, which its button then says for a moment, or "". */
type Act = () => string | void | Promise<string> | Promise<void>;

interface CellWork {
  button(name: string, act: Act): HTMLButtonElement;
  /** Buttons by their names, and what they are for. */
  group(label: string, acts: Record<string, Act>, place?: "" | "nbchat-corner"): HTMLElement;
  /** Below the active cell where none is named. The new cell is the active one. */
  insertBelow(panel: NotebookPanel, source: string, cell?: CodeCell | null): CodeCell;
  runBelow(panel: NotebookPanel, source: string, cell?: CodeCell | null): Promise<boolean>;
  /** Puts the cursor at the end of a cell. */
  edit(panel: NotebookPanel, cell: CodeCell): Promise<void>;
  /** Runs the active cell. */
  run(panel: NotebookPanel): Promise<boolean>;
}

interface Beside {
  /** Shows the panel of the notebook that is worked in. */
  open(): void;
  /** Shows what is there, and in which language. */
  draw(): void;
  /** Called once for each notebook. */
  watch(panel: NotebookPanel, kernel: KernelLink): void;
  /** Whether a panel of that notebook is in sight, which then asks this. */
  ask(panel: NotebookPanel, text: string): boolean;
}

/** What is beside a notebook. */
interface Neighbour {
  panel: NotebookPanel;
  kernel: KernelLink;
  shown: Renderer | null;
  /** Whether its kernel went away with its panel. */
  isLost: boolean;
}

/** Proposes the next cell at the end of a notebook, and shows it until the next key. */
type Propose = (panel: NotebookPanel, kernel: KernelLink, byItself?: boolean) => Promise<void>;

interface Lab extends CellWork {
  app: Application;
  apputils: AppUtils | undefined;
  tracker: Tracker;
  phrase: Phrase;
}
