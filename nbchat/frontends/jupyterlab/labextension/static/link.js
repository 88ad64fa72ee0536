// The way to the kernel and back: one comm, which is there once `%load_ext nbchat` has run.
// `messages.d.ts` has all the messages.

const COMM = "nbchat.lab"; // the target and the id: there is one for each kernel
const PATIENCE = 3000; // milliseconds to wait for a kernel that may be busy after a press on a button

/**
 * Two views of a notebook have one session, and therefore one link.
 *
 * @type {WeakMap<SessionContext, KernelLink>}
 */
const links = new WeakMap();

/** @param {NotebookPanel} panel */
export function linkTo({ sessionContext: context }) {
  const link = links.get(context) ?? newLink(context);
  links.set(context, link);
  return link;
}

/**
 * Whatever runs in the kernel can send on a comm. What a message has is texts, and lists in one.
 *
 * @param {any} data
 * @param {string} kind
 */
function isMessage(data, kind) {
  const isOne = (/** @type {unknown} */ value) => Array.isArray(value) || typeof value === "string";
  return data?.kind === kind && Object.values(data).every(isOne);
}

/** @param {SessionContext} context */
function newLink(context) {
  /** @type {Set<(model: string) => void>} */
  const hearers = new Set();
  /** @type {Map<string, (answer?: any) => void>} */
  const waiting = new Map();
  /** @type {KernelComm | null} */
  let comm = null;
  /** @type {Kernel | null | undefined} */
  let kernel = null;

  const changed = (model = "") => {
    for (const hear of hearers) hear(model);
  };
  const close = () => {
    comm = null;
    for (const done of waiting.values()) done();
    changed();
  };
  const open = () => {
    if (link.isOpen || !kernel) return;
    comm = kernel.createComm(COMM, COMM);
    comm.onMsg = ({ content: { data } }) => {
      if (data?.request) waiting.get(data.request)?.(data);
      else if (isMessage(data, "panel")) changed(data.model);
    };
    comm.onClose = close;
    changed();
  };
  const follow = async () => {
    const followed = context.session?.kernel;
    if (followed === kernel) return;
    kernel = followed;
    close();
    // It may go before it answers.
    const found = await kernel?.requestCommInfo({ target_name: COMM }).catch(() => null);
    if (kernel === followed && found?.content.comms?.[COMM]) open();
  };

  /** @type {KernelLink} */
  const link = {
    get isOpen() {
      return comm?.isDisposed === false;
    },
    onChange(hear, { disposed }) {
      hearers.add(hear);
      disposed.connect(() => hearers.delete(hear));
    },
    async request(message) {
      if (!link.isOpen) return;
      // Other pages hear what this one is answered, and have requests of their own.
      const request = String(Math.random());
      const answer = await new Promise((done) => {
        waiting.set(request, done);
        if (message.kind === "wish") setTimeout(done, PATIENCE);
        comm?.send({ ...message, request });
      });
      waiting.delete(request);
      return isMessage(answer, message.kind) ? answer : undefined;
    },
  };

  context.kernelChanged.connect(follow);
  context.statusChanged.connect((_, status) => {
    if (status.endsWith("restarting")) close(); // JupyterLab itself forgets it after this
  });
  context.iopubMessage.connect((_, { header, content, parent_header: { msg_type } }) => {
    if (header.msg_type === "comm_msg" && content.comm_id === COMM) open();
    if (msg_type === "execute_request" && content.execution_state === "idle") changed();
  });
  context.ready.then(follow);
  return link;
}
