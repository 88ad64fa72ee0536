// The way to the kernel and back: one comm, which is there once `%load_ext nbchat` has run.
// `messages.d.ts` has all the messages.

const COMM = "nbchat.lab"; // the target and the id: there is one for each kernel
const PATIENCE = 3000; // milliseconds to wait for a kernel that may be busy

/** @param {KernelMessage} message */
function isOurs({ header, content }) {
  return header.msg_type === "comm_msg" && content.comm_id === COMM;
}

/** @param {KernelMessage} message */
function endsCell({ header, content, parent_header }) {
  const isIdle = header.msg_type === "status" && content.execution_state === "idle";
  return isIdle && parent_header.msg_type === "execute_request";
}

/**
 * Two views of a notebook have one session, and therefore one link.
 *
 * @type {WeakMap<SessionContext, KernelLink>}
 */
const links = new WeakMap();

/** @param {NotebookPanel} panel */
export function linkTo({ sessionContext }) {
  const link = links.get(sessionContext) ?? newLink(sessionContext);
  links.set(sessionContext, link);
  return link;
}

/**
 * @param {SessionContext} sessionContext
 * @returns {KernelLink}
 */
function newLink(sessionContext) {
  /** @type {Set<(model?: string) => void>} */
  const hearers = new Set();
  /** @type {Map<string, (answer: any) => void>} */
  const waiting = new Map();
  /** @type {KernelComm | null} */
  let comm = null;
  /** @type {Kernel | null | undefined} */
  let followed = null;
  let count = 0;

  const changed = (/** @type {string} */ model = "") => {
    for (const hear of hearers) hear(model);
  };

  /** @param {Kernel} kernel */
  const open = (kernel) => {
    if (comm && !comm.isDisposed) return;
    comm = kernel.createComm(COMM, COMM);
    comm.onMsg = ({ content }) => {
      const { data } = content;
      if (data.request) waiting.get(data.request)?.(data);
      else if (data.kind === "panel") changed(data.model);
    };
    comm.onClose = () => {
      comm = null;
      changed();
    };
    changed();
  };

  /** @param {Kernel | null | undefined} kernel */
  const follow = async (kernel) => {
    if (kernel === followed) return;
    followed = kernel;
    comm = null;
    changed();
    if (!kernel) return;
    kernel.iopubMessage.connect((_, message) => {
      if (kernel !== followed) return;
      if (isOurs(message)) open(kernel);
      if (endsCell(message)) changed();
    });
    try {
      const { content } = await kernel.requestCommInfo({ target_name: COMM });
      if (COMM in (content.comms ?? {})) open(kernel);
    } catch {
      // It has gone before it answered.
    }
  };

  sessionContext.kernelChanged.connect((_, { newValue }) => follow(newValue));
  sessionContext.statusChanged.connect((_, status) => {
    if (!status.endsWith("restarting")) return;
    comm = null; // JupyterLab itself forgets it after this
    changed();
  });
  sessionContext.ready.then(() => follow(sessionContext.session?.kernel));
  return {
    get isOpen() {
      return Boolean(comm) && !comm?.isDisposed;
    },
    onChange(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    request(message, patience = PATIENCE) {
      if (!comm || comm.isDisposed) return Promise.resolve(undefined);
      count += 1;
      const request = String(count);
      return new Promise((done) => {
        const take = (/** @type {any} */ answer) => {
          waiting.delete(request);
          done(answer);
        };
        waiting.set(request, take);
        setTimeout(take, patience);
        comm?.send({ ...message, request });
      });
    },
  };
}
