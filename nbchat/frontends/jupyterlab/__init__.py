"""The extension of JupyterLab and Notebook 7, and the kernel's end of it.

`labextension/` is what the wheel installs beside JupyterLab: hand-written, without Node and
without a build. `comm` is the way to it, `lab_messages` what goes over it, `types/messages.d.ts`
what each message means. Everything works without the extension.
"""
